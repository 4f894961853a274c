// For the fault suite only: a host that loads this first repeats a POST blindly when its answer is lost, as most
// clients do. With it the suite has to fail, which shows that it can see what reconciliation prevents.
const Module = require("node:module");

const MOST_TRIES = 6;
const load = Module._load;

Module._load = (request, parent, isMain) => {
  const loaded = load(request, parent, isMain);
  return request === "./reconcile" && /lifecycle[/\\]webhook\.js$/.test(parent?.filename ?? "")
    ? { ...loaded, createOnce: createBlindly }
    : loaded;
};

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
