/** The fields of an object that have a value: what is given as undefined is left out. */
export function definedFields(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
