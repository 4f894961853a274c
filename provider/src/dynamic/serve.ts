import { Engine, engineAddress } from "../engine/engine";
import { markSecrets } from "../engine/secret";
import { isTexts, type Properties } from "../lifecycle/properties";
import { type Call, PartialFailure, type ResourceLifecycle } from "../lifecycle/resource";
import { Sessions } from "../lifecycle/sessions";
import { Up42Error } from "../up42/errors";
import { printable } from "../up42/printable";
import { InitializationError } from "./initialization-error";
import { leaveToEngine } from "./leave-to-engine";
import type { DynamicProvider } from "./provider";

const engine = new Engine(engineAddress(process.argv.slice(2)));

let readStackConfig: (key: string) => string | undefined = () => undefined;

/** The stack's configuration is the same for every resource of an operation, no matter which of them configures first. */
const sessions = new Sessions({
  config: (key) => readStackConfig(key),
  env: process.env,
  isAbandoned: async () => await engine.hasEnded(),
});

/** A resource's lifecycle as Pulumi's dynamic host calls it. */
export function serve(lifecycle: ResourceLifecycle): DynamicProvider {
  return {
    async configure({ config }) {
      await Promise.resolve();
      engine.watch();
      readStackConfig = (key) => config.get(key);
      sessions.reread();
    },

    async check(olds, { __resource: resource, ...news }) {
      const [label, declaredTwice] = isTexts(resource) ? resource : [resource];
      const call = { ...callFor(), resource: textOf(label), twin: textOf(declaredTwice) };
      const { inputs, failures } = await shownOnce(lifecycle.check(call, olds, news));
      return { inputs: markSecrets(inputs), failures };
    },

    async diff(id, olds, news) {
      const difference = await shownOnce(lifecycle.diff(callFor(), id, olds, news));
      const { changed, replaces, isForced = false } = difference;
      reportSecret(changed, olds);
      // The host passes on no changed properties. Where the engine finds them itself, it also acts on a
      // `replaceOnChanges` that a transform has set.
      const changes = changed.length > 0 && !isForced ? undefined : changed.length > 0;
      // A state that the plugin wrote has no stub. Reading and deleting take it from there: an update puts it in.
      if (olds.__provider === undefined) {
        return { changes: true, replaces };
      }
      return { changes, replaces };
    },

    async create(inputs) {
      const { id, properties } = await initialized(inputs, lifecycle.create(callFor(), inputs));
      return { id, outs: properties };
    },

    async update(id, olds, news) {
      return { outs: await initialized(news, lifecycle.update(callFor(), id, olds, news)) };
    },

    async read(id, props) {
      const result = await shownOnce(lifecycle.read(callFor(), id, props));
      if (result === undefined) {
        return {};
      }
      const { properties, inputs } = result;
      return {
        id: result.id,
        props: markSecrets(properties),
        ...(inputs === undefined ? {} : { inputs: markSecrets(inputs) }),
      };
    },

    async delete(id, props) {
      await shownOnce(lifecycle.delete(callFor(), id, props));
    },
  };
}

/** What a provider's host prints, Pulumi shows as messages of the stack, for good: progress is one line at the most. */
function callFor(): Call {
  const print = (line: string) => console.log(printable(line));
  let hasProgress = false;
  const progress = (line: string) => {
    if (!hasProgress) {
      hasProgress = true;
      print(line);
    }
  };
  return {
    sessions,
    reporter: { info: print, warn: (line) => print(`warning: ${line}`), progress },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The engine shows secrets as [secret], old and new: where nothing else differs, it would show no reason. */
function reportSecret(changed: readonly string[], { name }: Properties): void {
  if (changed.includes("secret")) {
    console.log(printable(`Webhook "${String(name)}": its secret differs.`));
  }
}

async function initialized<T>(inputs: Properties, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof PartialFailure ? new InitializationError(error, inputs) : error;
  }
}

/** An error that is not a defect is shown once, with the resource. */
async function shownOnce<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Up42Error) {
      leaveToEngine(error);
    }
    throw error;
  }
}
