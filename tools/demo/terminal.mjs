/** Text for a person: styles, and the demo's lines. @typedef {ReturnType<typeof createTerminal>} Terminal */

const STYLES = { bold: 1, dim: 2, red: 31, green: 32, cyan: 36 };

/** @typedef {keyof typeof STYLES} Style */

/**
 * @param {NodeJS.WriteStream} stream it gets colours when it is a terminal, unless `NO_COLOR` is set to anything
 *   (https://no-color.org)
 */
export function createTerminal(stream) {
  const { NO_COLOR = "", TERM } = process.env;
  const color = stream.isTTY === true && NO_COLOR === "" && TERM !== "dumb";
  /** @param {Style} name @param {string} text */
  const style = (name, text) => (color ? `\u001b[${STYLES[name]}m${text}\u001b[0m` : text);
  const line = (text = "") => void stream.write(`${text}\n`);
  return {
    color,
    line,
    /**
     * Begins a step.
     * @param {number} number
     * @param {string} text what is going to happen
     */
    step: (number, text) => line(`\n${style("bold", style("cyan", `${number}. ${text}`))}`),
    /** @param {string} text a command that is run */
    command: (text) => line(`   ${style("bold", `$ ${text}`)}`),
    /** @param {string} text a line of a command's output, as it came */
    output: (text) => line(`   ${style("dim", "│")} ${text}`),
    /** @param {string} text what the receiver does meanwhile */
    aside: (text) => line(`   ${style("cyan", "←")} ${text}`),
    /** @param {string} text */
    success: (text) => line(`   ${style("green", "✔")} ${text}`),
    /** @param {string} text */
    failure: (text) => line(`   ${style("red", "✘")} ${text}`),
  };
}
