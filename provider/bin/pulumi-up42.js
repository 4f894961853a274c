#!/usr/bin/env node
const { run } = require("../dist/cli/main.js");

run(process.argv);
