// For the fault suite only: a process that makes a new provider for each command, as a process of its own would. A host
// of Pulumi's loads this first. Started by itself, it serves one more plugin for each line that it reads, with the
// engine's address. With FAULTS_WITHOUT, that provider lacks one of its protections: the suite must fail then, which
// shows that it sees what the protection prevents.
const { readFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname } = require("node:path");
const { createInterface } = require("node:readline");
const { Script } = require("node:vm");

const load = Module._load;
const without = process.env.FAULTS_WITHOUT;

Module._load = (request, parent, isMain) =>
  request === "pulumi-up42/host"
    ? freshProvider(Module._resolveFilename(request, parent))
    : load(request, parent, isMain);

if (require.main === module) {
  createInterface(process.stdin).on("line", (address) => void freshPlugin().serve([address]));
}

function freshProvider(host) {
  const modules = freshModules(host);
  if (without === undefined) {
    return run(host);
  }
  const { serve } = modules("./serve.js");
  const { webhookLifecycle } = modules("../lifecycle/webhook/webhook.js");
  return { webhook: serve(webhookLifecycle) };
}

function freshPlugin() {
  const file = require.resolve("../../provider/dist/plugin/main.js");
  freshModules(file);
  if (without === undefined) {
    return run(file);
  }
  const source = readFileSync(file.replace("dist", "src").replace(/js$/, "ts"), "utf8");
  const paths = Module._nodeModulePaths(dirname(file));
  const main = Object.assign(new Module(file, module), { filename: file, paths });
  main._compile(require("esbuild").transformSync(source, { loader: "ts", format: "cjs" }).code, file);
  return main.exports;
}

/** @type {Map<string, Script>} */
const compiled = new Map();

/** Runs a bundle again, which is compiled only once. */
function run(file) {
  const script =
    compiled.get(file) ?? new Script(Module.wrap(readFileSync(file, "utf8")), { filename: file });
  compiled.set(file, script);
  const made = new Module(file, module);
  script.runInThisContext()(made.exports, Module.createRequire(file), made, file, dirname(file));
  return made.exports;
}

/** Forgets the provider, takes the protection away, and returns what loads the modules of a bundle. */
function freshModules(bundle) {
  const folder = dirname(dirname(bundle));
  for (const file of Object.keys(require.cache)) {
    if (file.startsWith(folder)) {
      delete require.cache[file];
    }
  }
  // Nothing can be replaced in a bundle; the modules that it is made of are beside it.
  const modules = Module.createRequire(bundle);
  if (without !== undefined) {
    TAKE_AWAY[without]((name) => modules(`../${name}.js`));
  }
  return modules;
}

const TAKE_AWAY = {
  /** A POST is repeated blindly when its answer is lost, as most clients do. */
  reconciliation(module) {
    module("lifecycle/webhook/create-once").createOnce = createBlindly;
  },
  /** Nobody knows which webhooks other entries have. */
  claims(module) {
    const { Claims } = module("lifecycle/claims");
    for (const question of ["has", "hasOther", "isAdopted", "isKnownLater", "isLeftAs"]) {
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
    module("lifecycle/declarations").Declarations.prototype.declare = () => undefined;
    const check = module("lifecycle/webhook/check");
    const { checkWebhook } = check;
    check.checkWebhook = (call, olds, news) => checkWebhook({ ...call, twin: undefined }, olds, news);
  },
  /** A host goes on when its engine is gone. */
  "engine watch"(module) {
    const { Engine } = module("engine/engine");
    Engine.prototype.hasEnded = async () => false;
    Engine.prototype.watch = () => undefined;
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
      if (error.name !== "LostAnswerError" || tries === MOST_TRIES) {
        throw error;
      }
    }
  }
}
