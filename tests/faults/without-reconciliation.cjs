// For the fault suite only: a host that loads this first repeats a POST blindly when its answer is lost, as most
// clients do. With it the suite has to fail, which shows that it can see what reconciliation prevents.
const Module = require("node:module");

const MOST_TRIES = 6;
const load = Module._load;

Module._load = (request, parent, isMain) => {
  if (request === "pulumi-up42/host") return loadApart(Module._resolveFilename(request, parent));
  const loaded = load(request, parent, isMain);
  return request === "./create-once" && /webhook[/\\]create\.js$/.test(parent?.filename ?? "")
    ? { ...loaded, createOnce: createBlindly }
    : loaded;
};

/** The host is one file, in which nothing can be replaced; the modules that it is made of are beside it. */
function loadApart(host) {
  const modules = Module.createRequire(host);
  const { serve } = modules("./serve.js");
  const { webhookLifecycle } = modules("../lifecycle/webhook/webhook.js");
  const { webhookTestLifecycle } = modules("../lifecycle/webhook-test/webhook-test.js");
  return { webhook: serve(webhookLifecycle), webhookTest: serve(webhookTestLifecycle) };
}

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
