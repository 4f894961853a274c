// Prints how many milliseconds pass in Pulumi's host until a first webhook is checked, with the host's code in one file
// or in the modules that it is made of. Pulumi's SDK is loaded already.
require("@pulumi/pulumi");

async function main() {
  const start = performance.now();
  const webhook =
    process.argv[2] === "file"
      ? require("pulumi-up42/host").webhook
      : require("../provider/dist/dynamic/webhookProvider.js").webhookProvider;
  await webhook.configure({ config: { get: () => undefined } });
  const inputs = { name: "orders", url: "https://example.com", events: ["order.status"] };
  const { failures = [] } = await webhook.check({}, inputs);
  if (failures.length > 0) throw new Error(failures.map(({ reason }) => reason).join("\n"));
  console.log(performance.now() - start);
  process.exit();
}

main();
