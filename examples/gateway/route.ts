import * as pulumi from "@pulumi/pulumi";

interface Inputs {
  gateway: string;
  secret: string;
}

const provider: pulumi.dynamic.ResourceProvider<Inputs, Inputs & { url: string }> = {
  async create(inputs) {
    const body = JSON.stringify({ secret: inputs.secret });
    const answer = await fetch(`${inputs.gateway}/routes`, { method: "POST", body });
    if (!answer.ok) {
      throw new Error(`The gateway created no route: HTTP ${answer.status}.`);
    }
    const { path, url } = await answer.json();
    return { id: path, outs: { ...inputs, url } };
  },
  diff: (_id, olds, news) => {
    const replaces = (["gateway", "secret"] as const).filter((key) => olds[key] !== news[key]);
    return Promise.resolve({ changes: replaces.length > 0, replaces });
  },
  async delete(path, { gateway }) {
    const answer = await fetch(gateway + path, { method: "DELETE" });
    if (!answer.ok && answer.status !== 404) {
      throw new Error(`The gateway keeps ${path}: HTTP ${answer.status}.`);
    }
  },
};

/** A route of the gateway: takes the place of an `aws.apigatewayv2.Api`, or of whatever your receivers are behind. */
export class Route extends pulumi.dynamic.Resource {
  /** Where the route is reached; not known before it is created. */
  declare readonly url: pulumi.Output<string>;

  constructor(
    name: string,
    args: pulumi.Inputs & pulumi.Input<{ [K in keyof Inputs]: pulumi.Input<string> }>,
  ) {
    super(provider, name, { ...args, url: undefined });
  }
}
