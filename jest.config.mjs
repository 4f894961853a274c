import { availableParallelism } from "node:os";

// Every project is compiled by SWC, since types are checked once, by `npm run check`. Packages that are published as ES
// modules only are compiled too. No project sets anything up: a test that needs Pulumi's CLI looks for it, and names
// `npm run setup` when there is none.
const esModules = [
  "@actions/expressions",
  "data-uri-to-buffer",
  "fetch-blob",
  "formdata-polyfill",
  "node-fetch",
];

const common = {
  rootDir: "tests",
  testEnvironment: "node",
  transform: {
    "\\.(m?js|ts)$": [
      "@swc/jest",
      { jsc: { parser: { syntax: "typescript" }, target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  // It exports itself to `import` only.
  moduleNameMapper: {
    "^@actions/expressions$": "<rootDir>/../node_modules/@actions/expressions/dist/index.js",
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esModules.join("|")})/)`, "/(provider|emulator)/dist/"],
};

/** Which folders of tests/ each project has. */
const projects = {
  /** Pure code of the packages: seconds, no CLI, no network. */
  unit: ["unit"],
  /** Over real sockets: emulator, receiver, what is between UP42 and us, and what others publish in Python. */
  integration: ["emulator", "receiver", "network", "python"],
  /** The real CLI. Tests share nothing, so that they run in parallel on any number of cores. */
  e2e: ["e2e", "examples", "faults"],
  /** What the repository needs beside the packages: tools, benchmark, documentation, releases, other versions. */
  scaffolding: ["scaffolding", "docs", "compat"],
};

/** @type {import("jest").Config} */
export default {
  projects: Object.entries(projects).map(([displayName, folders]) => ({
    ...common,
    displayName,
    testMatch: folders.map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
  })),
  // A test waits for what it started, and a machine may be slow: the limit ends what hangs.
  testTimeout: 600_000,
  testSequencer: "./tests/support/longest-first.mjs",
  // Many tests wait for pauses and downloads. Two more than there are CPUs keep these busy.
  maxWorkers: availableParallelism() + 2,
};
