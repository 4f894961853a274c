// For the fault suite only: a host that loads this first repeats a POST blindly when its answer is lost, as most
// clients do. With it the suite has to fail, which shows that it can see what reconciliation prevents.
const Module = require("node:module");

const MOST_TRIES = 6;
const load = Module._load;

Module._load = (request, parent, isMain) => {
  if (request === "pulumi-up42/host") return loadApart(Module._resolveFilename(request, parent));
  const loaded = load(request, parent, isMain);
  return request === "./reconcile" && /lifecycle[/\\]webhook\.js$/.test(parent?.filename ?? "")
    ? { ...loaded, createOnce: createBlindly }
    : loaded;
};

/** The host is one file, in which nothing can be replaced; the modules that it is made of are beside it. */
function loadApart(host) {
  const modules = Module.createRequire(host);
  const { webhookProvider: webhook } = modules("./webhookProvider.js");
  const { webhookTestProvider: webhookTest } = modules("./webhookTestProvider.js");
  return { webhook, webhookTest };
}

async function createBlindly(workspace, spec, operation) {
  for (let tries = 1; ; tries += 1) {
    try {
      const webhook = await workspace.create(spec, operation);
      workspace.created(webhook);
      return webhook;
    } catch (error) {
      if (error.name !== "LostAnswerError" || tries === MOST_TRIES) throw error;
    }
  }
}
