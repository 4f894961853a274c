import { createServer, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import * as v from "valibot";
import { type Listening, listenLocally } from "./listen";

/** What Pulumi sends to Vault's transit engine; both are Base64. */
const Request = v.union([v.object({ plaintext: v.string() }), v.object({ ciphertext: v.string() })]);

const PREFIX = "vault:v1:";

/** Names a key of it to Pulumi, which finds the server by `VAULT_ADDR`. */
export const VAULT_KEY = "hashivault://tests";

/**
 * Starts what Pulumi needs of HashiCorp Vault to keep a stack's key: its transit engine, with a cipher that changes
 * nothing. Pulumi encrypts secrets with the key itself. A passphrase takes a quarter of a second of each command, since
 * the key is made of it by a million rounds of PBKDF2.
 */
export async function startVault(): Promise<Listening> {
  const server = createServer(async (request, response) => {
    // A command that is killed may break off its request.
    const answer = await answerTo(request).catch((error: unknown) => ({ errors: [String(error)] }));
    response.statusCode = "errors" in answer ? 400 : 200;
    response.setHeader("content-type", "application/json").end(JSON.stringify(answer));
  });
  return await listenLocally(server);
}

async function answerTo(request: IncomingMessage): Promise<{ data: object }> {
  const body = v.parse(Request, await json(request));
  return "plaintext" in body
    ? { data: { ciphertext: PREFIX + body.plaintext } }
    : { data: { plaintext: body.ciphertext.slice(PREFIX.length) } };
}
