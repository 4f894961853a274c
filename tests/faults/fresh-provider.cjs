// For the fault suite only: a host that loads this first makes a new provider for each command, as a process of its
// own would. With FAULTS_WITHOUT, that provider lacks one of its protections: the suite must fail then, which shows that
// it sees what the protection prevents.
const Module = require("node:module");
const { dirname } = require("node:path");

const load = Module._load;
const without = process.env.FAULTS_WITHOUT;

Module._load = (request, parent, isMain) =>
  request === "pulumi-up42/host"
    ? freshProvider(Module._resolveFilename(request, parent))
    : load(request, parent, isMain);

function freshProvider(host) {
  if (without === undefined) {
    delete require.cache[host];
    return load(host, module, false);
  }
  // The host is one file, in which nothing can be replaced; the modules that it is made of are beside it.
  const folder = dirname(dirname(host));
  for (const file of Object.keys(require.cache)) if (file.startsWith(folder)) delete require.cache[file];
  const modules = Module.createRequire(host);
  TAKE_AWAY[without]((name) => modules(`../${name}.js`));
  const { serve } = modules("./serve.js");
  const { webhookLifecycle } = modules("../lifecycle/webhook/webhook.js");
  return { webhook: serve(webhookLifecycle) };
}

const TAKE_AWAY = {
  /** A POST is repeated blindly when its answer is lost, as most clients do. */
  reconciliation(module) {
    module("lifecycle/webhook/create-once").createOnce = createBlindly;
  },
  /** Nobody knows which webhooks other entries have. */
  claims(module) {
    const { Claims } = module("lifecycle/claims");
    for (const question of ["has", "hasOther", "isAdopted", "isKnownAs", "isLeftAs"]) {
      Claims.prototype[question] = () => false;
    }
  },
  /** A webhook is deleted without a look at who wrote it last. */
  "look before delete"(module) {
    module("lifecycle/workspace").Workspace.prototype.beforeDelete = async () => undefined;
  },
  /** UP42's "not found" is enough. */
  "proof of gone"(module) {
    module("lifecycle/workspace").Workspace.prototype.confirmGone = async () => undefined;
  },
  /** Two resources of a program may have one name and URL. */
  "twin refusal"(module) {
    module("lifecycle/workspace").Workspace.prototype.declare = () => undefined;
    const check = module("lifecycle/webhook/check");
    const { checkWebhook } = check;
    check.checkWebhook = (call, olds, news) => checkWebhook({ ...call, twin: undefined }, olds, news);
  },
  /** A host goes on when its engine is gone. */
  "engine watch"(module) {
    module("engine/engine").Engine.prototype.hasEnded = async () => false;
  },
  /** Texts from outside are shown as they come. */
  redaction(module) {
    module("up42/redact").Redactor.prototype.redact = (text) => text;
  },
};

const MOST_TRIES = 6;

async function createBlindly(workspace, spec, operation) {
  for (let tries = 1; ; tries += 1) {
    try {
      const webhook = await workspace.api.createWebhook(workspace.id, spec, operation);
      workspace.created(webhook);
      return webhook;
    } catch (error) {
      if (error.name !== "LostAnswerError" || tries === MOST_TRIES) throw error;
    }
  }
}
