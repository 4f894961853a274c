import type { ReplayStore } from "pulumi-up42/receiver";

/** The two commands of Redis that are needed; a client of the package "redis" has them. */
export interface RedisClient {
  set(key: string, value: string, options: { NX: true; PXAT: number }): Promise<string | null>;
  del(key: string): Promise<number>;
}

/** Remembers notifications in Redis, which deletes them by itself when they expire. */
export function createRedisReplayStore(redis: RedisClient, prefix = "up42:notification:"): ReplayStore {
  return {
    // SET … NX is atomic, and answers null if the key is there already.
    claim: async (messageId, expiresAt) =>
      (await redis.set(prefix + messageId, "", { NX: true, PXAT: expiresAt.getTime() })) !== null,
    release: async (messageId) => {
      await redis.del(prefix + messageId);
    },
  };
}

/** The two commands of DynamoDB that are needed; DynamoDBDocument of "@aws-sdk/lib-dynamodb" has them. */
export interface DynamoDbClient {
  put(input: {
    TableName: string;
    Item: { messageId: string; expiresAt: number };
    ConditionExpression: string;
    ExpressionAttributeValues: { ":now": number };
  }): Promise<unknown>;
  delete(input: { TableName: string; Key: { messageId: string } }): Promise<unknown>;
}

/**
 * Remembers notifications in a table of DynamoDB with the partition key "messageId" (a string). Turn on its time to
 * live for the attribute "expiresAt", so that it doesn't grow for ever.
 */
export function createDynamoDbReplayStore(
  dynamoDb: DynamoDbClient,
  TableName: string,
  now: () => number = Date.now,
): ReplayStore {
  return {
    claim: async (messageId, expiresAt) => {
      try {
        await dynamoDb.put({
          TableName,
          Item: { messageId, expiresAt: Math.ceil(expiresAt.getTime() / 1000) },
          // DynamoDB deletes expired items late, up to days, so they are looked at here too.
          ConditionExpression: "attribute_not_exists(messageId) OR expiresAt <= :now",
          ExpressionAttributeValues: { ":now": Math.floor(now() / 1000) },
        });
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === "ConditionalCheckFailedException") return false;
        throw error;
      }
    },
    release: async (messageId) => {
      await dynamoDb.delete({ TableName, Key: { messageId } });
    },
  };
}
