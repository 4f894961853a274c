const pulumi = require("@pulumi/pulumi");

/** The same webhooks for every variant; BENCH_VERSION makes all of them change, BENCH_SECRETS gives each its own secret. */
exports.inputs = () => {
  const { BENCH_N = "1", BENCH_VERSION = "1", BENCH_SECRETS = "no" } = process.env;
  return Array.from({ length: Number(BENCH_N) }, (_, index) => ({
    name: `webhook-${index}`,
    url: `https://example.com/${BENCH_VERSION}/${index}`,
    events: ["job.status", "order.status"],
    active: true,
    ...(BENCH_SECRETS === "yes" ? { secret: pulumi.secret(`a secret of webhook ${index}`) } : {}),
  }));
};
