import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import { type Listening, listenLocally } from "../listen";

/** A stand-in for Pulumi Cloud, as far as logging in with an identity goes. */
export interface Cloud extends Listening {
  /** An identity as a CI gives one to a job. */
  readonly idToken: string;
  /** The fields of each request to exchange an identity. */
  readonly exchanged: Record<string, string>[];
}

const ACCESS_TOKEN = "pul-0000000000000000000000000000000000000000";

/** Starts it on a free port of 127.0.0.1. */
export async function startCloud(): Promise<Cloud> {
  const exchanged: Record<string, string>[] = [];
  const server = createServer((request, response) => {
    const answer = async (): Promise<object> => {
      const body = await text(request);
      if (request.url === "/api/oauth/token") {
        exchanged.push(Object.fromEntries(new URLSearchParams(body)));
        return { access_token: ACCESS_TOKEN, token_type: "token", expires_in: 3600 };
      }
      const isLoggedIn = request.headers.authorization === `token ${ACCESS_TOKEN}`;
      if (!isLoggedIn) throw new Error("Nobody is logged in.");
      return request.url === "/api/user" ? { githubLogin: "acme-pipeline", organizations: [] } : {};
    };
    answer()
      .then((body) => response.setHeader("content-type", "application/json").end(JSON.stringify(body)))
      .catch((error: unknown) => response.writeHead(401).end(String(error)));
  });
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return {
    ...(await listenLocally(server)),
    idToken: `${part({ alg: "RS256", typ: "JWT" })}.${part({ sub: "project_path:acme/webhooks" })}.c2lnbmF0dXJl`,
    exchanged,
  };
}
