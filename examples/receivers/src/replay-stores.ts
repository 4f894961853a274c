import type { ReplayStore } from "pulumi-up42/receiver";

/** The three commands of Redis that are needed; a client of the package "redis" has them. */
export interface RedisClient {
  set(
    key: string,
    value: string,
    options: { condition?: "NX"; expiration: { type: "PX"; value: number } },
  ): Promise<string | null>;
  get(key: string): Promise<string | null>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
}

const DONE = "done";
/** Deletes a key if it has this value, atomically. */
const DELETE_IF = `if redis.call("get", KEYS[1]) == ARGV[1] then redis.call("del", KEYS[1]) end`;

/** Remembers notifications in Redis, which deletes them by itself when they expire. */
export function createRedisReplayStore(redis: RedisClient, prefix = "up42:notification:"): ReplayStore {
  const expiration = (seconds: number) => ({ type: "PX" as const, value: Math.ceil(seconds * 1000) });
  const running = (owner: string) => `running ${owner}`;
  return {
    claim: async (messageId, owner, leaseSeconds) => {
      const key = prefix + messageId;
      // SET … NX is atomic, and answers null if the key is there already.
      const options = { condition: "NX" as const, expiration: expiration(leaseSeconds) };
      if ((await redis.set(key, running(owner), options)) !== null) {
        return "new";
      }
      // If it has just expired or been released, "running" is right too: UP42 sends it again.
      return (await redis.get(key)) === DONE ? "done" : "running";
    },
    complete: async (messageId, retentionSeconds) => {
      await redis.set(prefix + messageId, DONE, { expiration: expiration(retentionSeconds) });
    },
    release: async (messageId, owner) => {
      await redis.eval(DELETE_IF, { keys: [prefix + messageId], arguments: [running(owner)] });
    },
  };
}

/** The three commands of DynamoDB that are needed; DynamoDBDocument of "@aws-sdk/lib-dynamodb" has them. */
export interface DynamoDbClient {
  put(input: {
    TableName: string;
    Item: { messageId: string; claimedBy?: string; expiresAt: number };
    ConditionExpression?: string;
    ExpressionAttributeValues?: { ":now": number };
  }): Promise<unknown>;
  get(input: {
    TableName: string;
    Key: { messageId: string };
    ConsistentRead: true;
  }): Promise<{ Item?: Record<string, unknown> }>;
  delete(input: {
    TableName: string;
    Key: { messageId: string };
    ConditionExpression: string;
    ExpressionAttributeValues: { ":owner": string };
  }): Promise<unknown>;
}

/**
 * Remembers notifications in a table of DynamoDB with the partition key "messageId" (a string). Turn on its time to
 * live for the attribute "expiresAt", so that it does not grow without end.
 */
export function createDynamoDbReplayStore(
  dynamoDb: DynamoDbClient,
  TableName: string,
  now: () => number = Date.now,
): ReplayStore {
  const expiresAt = (seconds: number) => Math.ceil(now() / 1000 + seconds);
  return {
    claim: async (messageId, claimedBy, leaseSeconds) => {
      const granted = await unlessRefused(
        dynamoDb.put({
          TableName,
          Item: { messageId, claimedBy, expiresAt: expiresAt(leaseSeconds) },
          // DynamoDB deletes expired items late, up to days, so they are looked at here too.
          ConditionExpression: "attribute_not_exists(messageId) OR expiresAt <= :now",
          ExpressionAttributeValues: { ":now": Math.floor(now() / 1000) },
        }),
      );
      if (granted) {
        return "new";
      }
      const { Item } = await dynamoDb.get({ TableName, Key: { messageId }, ConsistentRead: true });
      // If it has just been released, "running" is right too: UP42 sends it again.
      return Item !== undefined && Item.claimedBy === undefined ? "done" : "running";
    },
    complete: async (messageId, retentionSeconds) => {
      // Nobody claims it any more: it is done.
      await dynamoDb.put({ TableName, Item: { messageId, expiresAt: expiresAt(retentionSeconds) } });
    },
    release: async (messageId, owner) => {
      await unlessRefused(
        dynamoDb.delete({
          TableName,
          Key: { messageId },
          ConditionExpression: "claimedBy = :owner",
          ExpressionAttributeValues: { ":owner": owner },
        }),
      );
    },
  };
}

/** Whether the condition held. */
async function unlessRefused(command: Promise<unknown>): Promise<boolean> {
  try {
    await command;
    return true;
  } catch (error) {
    if (error instanceof Error && error.name === "ConditionalCheckFailedException") {
      return false;
    }
    throw error;
  }
}
