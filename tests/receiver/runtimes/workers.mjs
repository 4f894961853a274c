// Runs a module in Cloudflare's workerd, without the flag for Node's modules, and prints what it answers.
import { Miniflare } from "miniflare";

const [scriptPath = ""] = process.argv.slice(2);
const miniflare = new Miniflare({ modules: true, scriptPath, compatibilityDate: "2025-01-01" });
try {
  const answer = await miniflare.dispatchFetch("http://worker/");
  console.log(await answer.text());
} finally {
  await miniflare.dispose();
}
