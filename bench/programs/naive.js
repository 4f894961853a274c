// A dynamic provider as people write it in an afternoon: a client in the closure, a token for each call, a GET for
// each read, and every change sent. Kept as the comparison; not an example to follow.
const pulumi = require("@pulumi/pulumi");
const { inputs } = require("./inputs");

const {
  UP42_API_URL: api,
  UP42_USERNAME: username,
  UP42_PASSWORD: password,
  UP42_WORKSPACE_ID: workspace,
} = process.env;

async function call(method, id, body) {
  const login = await fetch(`${api}/realms/public/protocol/openid-connect/token`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "password", client_id: "up42-api", username, password }),
  });
  const { access_token: token } = await login.json();
  const response = await fetch(`${api}/workspaces/${workspace}/webhooks${id === undefined ? "" : `/${id}`}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`HTTP ${response.status}`);
  }
  return response.status === 204 ? undefined : (await response.json()).data;
}

const bodyOf = ({ name, url, events, active, secret }) => ({ name, url, events, active, secret });

const provider = {
  async create(webhook) {
    const { id, createdAt, updatedAt } = await call("POST", undefined, bodyOf(webhook));
    return { id, outs: { ...webhook, createdAt, updatedAt } };
  },
  async read(id, props) {
    const { name, url, events, active, createdAt, updatedAt } = await call("GET", id);
    return { id, props: { ...props, name, url, events, active, createdAt, updatedAt } };
  },
  async update(id, _olds, news) {
    const { createdAt, updatedAt } = await call("PUT", id, bodyOf(news));
    return { outs: { ...news, createdAt, updatedAt } };
  },
  async delete(id) {
    await call("DELETE", id);
  },
};

class Naive extends pulumi.dynamic.Resource {
  constructor(webhook) {
    super(provider, webhook.name, webhook);
  }
}

for (const webhook of inputs()) {
  new Naive(webhook);
}
