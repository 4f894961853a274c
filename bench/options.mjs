/**
 * Whole numbers as they are given to an option.
 *
 * @param {string} list such as "1,100,500"
 * @returns {number[]}
 * @throws {Error} naming what is none
 */
export function numbers(list) {
  return list.split(",").map(wholeNumber);
}

/**
 * @param {string} text
 * @throws {Error} when it is none
 */
export function wholeNumber(text) {
  if (!/^\d+$/.test(text)) throw new Error(`"${text}" is not a whole number; see --help.`);
  return Number(text);
}

/**
 * @param {string} list such as "no,yes"
 * @returns {("no" | "yes")[]}
 * @throws {Error} naming what is neither
 */
export function yesOrNo(list) {
  return list.split(",").map((text) => {
    if (text !== "no" && text !== "yes") throw new Error(`"${text}" is neither "no" nor "yes"; see --help.`);
    return text;
  });
}
