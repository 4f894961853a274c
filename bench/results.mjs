import { median } from "../tools/figures.mjs";

/** In this order in tables; each is also a program in bench/programs. */
export const VARIANTS = /** @type {const} */ (["floor", "naive", "dynamic", "plugin"]);

/** @typedef {typeof VARIANTS[number]} Variant */
/** @typedef {import("./measure.mjs").Cost & { requests: number, stateBytes: number }} Figures */
/** @typedef {Figures & { variant: Variant, n: number, run: number, phase: string }} Sample one command of one run */
/** @typedef {{ median: number, min: number, max: number }} Spread */
/** @typedef {{ n: number, phase: string, figure: keyof Figures }} Which */

/**
 * The figures of one variant, by run.
 *
 * @param {readonly Sample[]} samples
 * @param {Variant} wanted
 * @param {Which} which
 */
export function figuresOf(samples, wanted, { n: number, phase: name, figure }) {
  const ofVariant = samples.filter(
    ({ variant, n, phase }) => variant === wanted && n === number && phase === name,
  );
  return new Map(ofVariant.map((sample) => [sample.run, sample[figure]]));
}

/**
 * One variant beside another: a ratio for each run, since both had the same machine then.
 *
 * @param {readonly Sample[]} samples
 * @param {readonly [over: Variant, under: Variant]} pair
 * @param {Which} which
 * @returns {Spread | undefined} nothing when one of them was not measured
 */
export function ratioOf(samples, [over, under], which) {
  const others = figuresOf(samples, under, which);
  const ratios = [...figuresOf(samples, over, which)].flatMap(([run, figure]) => {
    const other = others.get(run);
    return other === undefined ? [] : [figure / other];
  });
  return ratios.length === 0 ? undefined : spreadOf(ratios);
}

/**
 * @param {readonly number[]} values
 * @returns {Spread}
 */
export function spreadOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
