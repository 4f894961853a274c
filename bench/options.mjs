/**
 * The values of an option that takes several.
 *
 * @param {string} text such as "1,100,500"
 * @param {RegExp} allowed what each value may be
 * @throws {Error} naming one that is not allowed
 */
export function valuesOf(text, allowed) {
  const values = text.split(",");
  const wrong = values.find((value) => !allowed.test(value));
  if (wrong !== undefined) throw new Error(`"${wrong}" is not a value for this option; see --help.`);
  return values;
}

export const WHOLE_NUMBER = /^\d+$/;
export const YES_OR_NO = /^(yes|no)$/;
