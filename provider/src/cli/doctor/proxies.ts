const VARIABLE = /^(https?|all|no)_proxy$/i;

/** Which variables say that requests go through a proxy. Their values may hold credentials, and are not shown. */
export function describeProxies(environment: NodeJS.ProcessEnv = process.env): string {
  const names = Object.keys(environment).filter((name) => VARIABLE.test(name) && environment[name] !== "");
  return names.length === 0 ? "no proxy is set" : `set by ${names.sort().join(", ")}`;
}
