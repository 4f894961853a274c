import { medianOf, VARIANTS } from "./results.mjs";

const PHASES = ["first up", "update", "refresh", "destroy"];
const COLORS = { floor: "#888888", naive: "#c0392b", dynamic: "#2471a3", plugin: "#1e8449" };
const [WIDTH, HEIGHT, MARGIN] = [210, 170, 40];

/**
 * The time of each phase against the number of webhooks, a line for each variant, as SVG.
 *
 * @param {readonly import("./results.mjs").Sample[]} samples
 * @param {"wall" | "cpuSeconds"} figure
 */
export function chart(samples, figure) {
  const numbers = [...new Set(samples.map(({ n }) => n))];
  const panels = PHASES.map((phase, index) => {
    const lines = VARIANTS.map((variant) => ({
      color: COLORS[variant],
      points: numbers.flatMap((n) => {
        const seconds = medianOf(samples, variant, { n, phase, figure });
        return Number.isNaN(seconds) ? [] : [{ n, seconds }];
      }),
    }));
    return `<g transform="translate(${MARGIN + index * (WIDTH + MARGIN)} 50)">${panel(phase, lines)}</g>`;
  });
  const names = VARIANTS.map((variant, index) =>
    text(MARGIN + index * 90, 18, variant, `fill="${COLORS[variant]}"`),
  );
  const size = `${PHASES.length * (WIDTH + MARGIN) + MARGIN} ${HEIGHT + 90}`;
  const title = "<title>Time of first up, update, refresh and destroy against the number of webhooks</title>";
  const frame = '<rect width="100%" height="100%" fill="white"/>';
  const style = 'xmlns="http://www.w3.org/2000/svg" font-family="sans-serif" font-size="12"';
  return `<svg ${style} viewBox="0 0 ${size}">\n${[title, frame, ...names, ...panels].join("\n")}\n</svg>\n`;
}

/**
 * @param {string} phase
 * @param {readonly { color: string, points: readonly { n: number, seconds: number }[] }[]} lines
 */
function panel(phase, lines) {
  const points = lines.flatMap((line) => line.points);
  const [right, top] = [
    Math.max(1, ...points.map(({ n }) => n)),
    Math.max(1, ...points.map(({ seconds }) => seconds)),
  ];
  const x = (/** @type {number} */ n) => ((n / right) * WIDTH).toFixed(1);
  const y = (/** @type {number} */ seconds) => (HEIGHT - (seconds / top) * HEIGHT).toFixed(1);
  const curves = lines.map(({ color, points: own }) => {
    const path = own.map(({ n, seconds }) => `${x(n)},${y(seconds)}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`;
  });
  const marks = [...new Set(points.map(({ n }) => n))].filter((n) => n === right || n >= right / 6);
  return [
    `<path d="M0 0V${HEIGHT}H${WIDTH}" fill="none" stroke="#444444"/>`,
    text(0, -8, `${phase}: ${top.toFixed(1)} s at the top`),
    ...marks.map((n) => text(Number(x(n)), HEIGHT + 16, `${n}`, 'text-anchor="middle"')),
    ...curves,
  ].join("\n");
}

/** @param {number} x @param {number} y @param {string} words @param {string} [attributes] */
function text(x, y, words, attributes = "") {
  return `<text x="${x}" y="${y}" ${attributes}>${words}</text>`;
}
