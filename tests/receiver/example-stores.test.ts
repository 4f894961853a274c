import {
  createDynamoDbReplayStore,
  createRedisReplayStore,
  type DynamoDbClient,
  type RedisClient,
} from "../../examples/receivers/src/replay-stores";
import { describeReplayStore } from "./replay-store-contract";

describeReplayStore("in Redis", (now) => createRedisReplayStore(fakeRedis(now)));
describeReplayStore("in DynamoDB", (now) => createDynamoDbReplayStore(fakeDynamoDb(), "notifications", now));

test("a failure of DynamoDB is no claim that was refused", async () => {
  const failure = new Error("throttled");
  const client = { ...fakeDynamoDb(), put: () => Promise.reject(failure) };
  await expect(createDynamoDbReplayStore(client, "notifications").claim("a", new Date())).rejects.toBe(
    failure,
  );
});

/** SET with NX and PXAT, and DEL, as Redis documents them. */
function fakeRedis(now: () => number): RedisClient {
  const expiries = new Map<string, number>();
  return {
    set: (key, _, { PXAT }) => {
      if ((expiries.get(key) ?? 0) > now()) return Promise.resolve(null);
      expiries.set(key, PXAT);
      return Promise.resolve("OK");
    },
    del: (key) => Promise.resolve(expiries.delete(key) ? 1 : 0),
  };
}

/** Understands the one condition that the store uses, and fails as DynamoDB does. Never expires by itself. */
function fakeDynamoDb(): DynamoDbClient {
  const items = new Map<string, number>();
  return {
    put: ({ Item, ConditionExpression, ExpressionAttributeValues }) => {
      expect(ConditionExpression).toBe("attribute_not_exists(messageId) OR expiresAt <= :now");
      const expiresAt = items.get(Item.messageId);
      if (expiresAt !== undefined && expiresAt > ExpressionAttributeValues[":now"]) {
        const refusal = new Error("The conditional request failed");
        refusal.name = "ConditionalCheckFailedException";
        return Promise.reject(refusal);
      }
      items.set(Item.messageId, Item.expiresAt);
      return Promise.resolve({});
    },
    delete: ({ Key }) => {
      items.delete(Key.messageId);
      return Promise.resolve({});
    },
  };
}
