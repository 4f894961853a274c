import { createClient } from "redis";
import {
  createDynamoDbReplayStore,
  createRedisReplayStore,
  type DynamoDbClient,
} from "../../examples/receivers/src/replay-stores";
import { startRedis } from "../support/redis";
import { describeReplayStore } from "./replay-store-contract";
import { NOW } from "./support";

describe("Redis", () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let client: ReturnType<typeof connect>;
  const connect = () => createClient({ url: server.url });

  beforeAll(async () => {
    server = await startRedis();
    client = connect();
    await client.connect();
  }, 600_000);

  afterAll(async () => {
    await client?.close();
    await server?.close();
  });

  let stores = 0;
  describeReplayStore("in Redis", () => {
    stores += 1;
    const prefix = `test ${stores}:`;
    // Brings forward when keys expire, so that no test depends on how fast the machine is.
    const pass = async (seconds: number) => {
      for (const key of await client.keys(`${prefix}*`)) {
        await client.pExpire(key, (await client.pTTL(key)) - seconds * 1000);
      }
    };
    return { store: createRedisReplayStore(client, prefix), pass };
  });
});

describeReplayStore("in DynamoDB", () => {
  let time = NOW * 1000;
  const pass = (seconds: number) => {
    time += seconds * 1000;
  };
  return { store: createDynamoDbReplayStore(fakeDynamoDb(), "notifications", () => time), pass };
});

test("a failure of DynamoDB is no claim that was refused", async () => {
  const failure = new Error("throttled");
  const store = createDynamoDbReplayStore(
    { ...fakeDynamoDb(), put: () => Promise.reject(failure), delete: () => Promise.reject(failure) },
    "notifications",
  );
  await expect(store.claim("a", "me", 60)).rejects.toBe(failure);
  await expect(store.release("a", "me")).rejects.toBe(failure);
});

/** Understands the conditions that the store uses, and fails as DynamoDB does. Never expires by itself. */
function fakeDynamoDb(): DynamoDbClient {
  const items = new Map<string, { claimedBy?: string; expiresAt: number }>();
  const refuse = () => {
    const refusal = new Error("The conditional request failed");
    refusal.name = "ConditionalCheckFailedException";
    return Promise.reject(refusal);
  };
  return {
    put: ({ Item, ConditionExpression, ExpressionAttributeValues }) => {
      const expiresAt = items.get(Item.messageId)?.expiresAt;
      if (ExpressionAttributeValues !== undefined) {
        expect(ConditionExpression).toBe("attribute_not_exists(messageId) OR expiresAt <= :now");
        if (expiresAt !== undefined && expiresAt > ExpressionAttributeValues[":now"]) {
          return refuse();
        }
      }
      items.set(Item.messageId, Item);
      return Promise.resolve({});
    },
    get: ({ Key }) => {
      const item = items.get(Key.messageId);
      return Promise.resolve(item === undefined ? {} : { Item: { ...item } });
    },
    delete: ({ Key, ConditionExpression, ExpressionAttributeValues }) => {
      expect(ConditionExpression).toBe("claimedBy = :owner");
      if (items.get(Key.messageId)?.claimedBy !== ExpressionAttributeValues[":owner"]) {
        return refuse();
      }
      items.delete(Key.messageId);
      return Promise.resolve({});
    },
  };
}
