require("@pulumi/pulumi");
const start = process.hrtime.bigint();
require("pulumi-up42");
console.log(Number(process.hrtime.bigint() - start) / 1e6);
