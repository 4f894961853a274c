// Prints how many milliseconds importing the package takes in a program that has Pulumi's SDK already.
require("@pulumi/pulumi");
const start = process.hrtime.bigint();
require("pulumi-up42");
console.log(Number(process.hrtime.bigint() - start) / 1e6);
