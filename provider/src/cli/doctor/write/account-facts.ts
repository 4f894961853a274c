import { isId } from "../../../up42/ids";
import type { Facts } from "./facts";
import { dataOf, field, isSuccess, shapeOf } from "./read-reply";
import { type Reply, tokenIn, type Wire } from "./wire";

/** UP42's documentation: developers/authentication. */
const TOKEN_SECONDS = 300;
const REFRESH_SECONDS = 1800;
const OTHER_LOGIN = "it takes other credentials than these";

/** What is known of logging in, tokens, and whose they are. */
export async function accountFacts(wire: Wire, login: Reply | undefined, facts: Facts): Promise<void> {
  const { credentials } = wire.config;
  passwordLogin(credentials.kind === "password" ? login : undefined, facts);
  projectLogin(credentials.kind === "projectApiKey" ? login : undefined, facts);
  if (credentials.kind === "password") {
    await scopeFacts(wire, credentials, facts);
  } else {
    facts.notTried("documented", 'A login with client_id "up42-sdk" succeeds', OTHER_LOGIN);
    facts.notTried(
      "unknown",
      "A token without the scope openid is refused at userinfo with 403",
      OTHER_LOGIN,
    );
  }
  const refused = await wire.send(`${wire.config.apiUrl}/workspaces/none/webhooks`, { token: "no-token" });
  facts.documented("A wrong token is refused with 401", refused.status === 401, shapeOf(refused));
}

function passwordLogin(login: Reply | undefined, facts: Facts): void {
  if (login === undefined) {
    facts.notTried("documented", "A login with grant_type=password gives a token", OTHER_LOGIN);
    return;
  }
  const { json } = login;
  const isBearer = String(field(json, "token_type")).toLowerCase() === "bearer";
  const isWhole = isBearer && typeof field(json, "refresh_token") === "string";
  facts.documented(
    "A login with grant_type=password gives a Bearer and a refresh token",
    isWhole,
    shapeOf(login),
  );
  lifetime(facts, "An access token lives 300 s", field(json, "expires_in"), TOKEN_SECONDS);
  lifetime(facts, "A refresh token lives 1800 s", field(json, "refresh_expires_in"), REFRESH_SECONDS);
}

function lifetime(facts: Facts, statement: string, seconds: unknown, expected: number): void {
  facts.documented(statement, Number(seconds) === expected, `it is ${String(seconds)}`);
}

function projectLogin(login: Reply | undefined, facts: Facts): void {
  const statement = "A login at /oauth/token gives a token, and no key named error";
  if (login === undefined) {
    facts.notTried("documented", statement, OTHER_LOGIN);
    return;
  }
  facts.documented(statement, field(login.json, "error") === undefined, shapeOf(login));
}

async function scopeFacts(
  wire: Wire,
  { username, password }: { readonly username: string; readonly password: string },
  facts: Facts,
): Promise<void> {
  const realm = `${wire.config.authUrl}/realms/public/protocol/openid-connect`;
  const logIn = async (more: Readonly<Record<string, string>>): Promise<Reply> => {
    const form = { grant_type: "password", username, password, ...more };
    const reply = await wire.send(`${realm}/token`, { method: "POST", form, token: null });
    wire.conceal(tokenIn(reply) ?? "");
    return reply;
  };
  const bySdk = await logIn({ client_id: "up42-sdk", scope: "openid" });
  facts.documented(
    'A login with client_id "up42-sdk" succeeds',
    tokenIn(bySdk) !== undefined,
    shapeOf(bySdk),
  );
  const own = await wire.send(`${realm}/userinfo`);
  const sub = field(own.json, "sub");
  const isWorkspace = typeof sub === "string" && isId(sub);
  const listed = isWorkspace ? await wire.send(`/workspaces/${sub}/webhooks`) : own;
  facts.documented(
    "userinfo names the account's workspace as sub",
    isWorkspace && isSuccess(listed),
    shapeOf(listed),
  );
  const user = await wire.send("/users/me");
  const isSame = isWorkspace && field(dataOf(user), "id") === sub;
  facts.documented("/users/me names the same workspace as data.id", isSame, shapeOf(user));
  const unscoped = await wire.send(`${realm}/userinfo`, {
    token: tokenIn(await logIn({ client_id: "up42-api" })) ?? null,
  });
  facts.unknown(
    "A token without the scope openid is refused at userinfo with 403",
    unscoped.status === 403,
    shapeOf(unscoped),
  );
}
