// Unit tests import the sources, end-to-end tests the built packages; both are compiled by SWC, since types are
// checked once, by `npm run check`. Packages that are only published as ES modules are compiled too.
const esModules = [
  "@actions/expressions",
  "agent-base",
  "data-uri-to-buffer",
  "fetch-blob",
  "formdata-polyfill",
  "https-proxy-agent",
  "node-fetch",
  "proxy-agent-negotiate",
];

/** @type {import("jest").Config} */
export default {
  rootDir: "tests",
  testMatch: ["**/*.test.ts"],
  testEnvironment: "node",
  globalSetup: "<rootDir>/support/global-setup.ts",
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
  testTimeout: 120_000,
  maxWorkers: 2,
  maxConcurrency: 2,
};
