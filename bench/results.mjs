import { median } from "../tools/figures.mjs";

/** In this order in tables; each is also a program in bench/programs. */
export const VARIANTS = /** @type {const} */ (["floor", "naive", "dynamic", "plugin"]);

/** @typedef {typeof VARIANTS[number]} Variant */
/** @typedef {import("./measure.mjs").Cost & { requests: number, stateBytes: number }} Figures */
/** @typedef {Figures & { variant: Variant, n: number, run: number, phase: string }} Sample one command of one run */
/** @typedef {{ n: number, phase: string, figure: keyof Figures }} Which */

/**
 * The median of one variant's runs; NaN when it was not measured.
 *
 * @param {readonly Sample[]} samples
 * @param {Variant} variant
 * @param {Which} which
 */
export function medianOf(samples, variant, which) {
  return spreadOf([...figuresOf(samples, variant, which).values()]).median;
}

/**
 * One variant beside another: a ratio for each run, since both had the same machine then.
 *
 * @param {readonly Sample[]} samples
 * @param {readonly [over: Variant, under: Variant]} pair
 * @param {Which} which
 */
export function ratioOf(samples, [over, under], which) {
  const others = figuresOf(samples, under, which);
  const ratios = [...figuresOf(samples, over, which)].map(
    ([run, figure]) => figure / (others.get(run) ?? Number.NaN),
  );
  return spreadOf(ratios.filter(Number.isFinite));
}

/**
 * By run.
 *
 * @param {readonly Sample[]} samples
 * @param {Variant} wanted
 * @param {Which} which
 */
function figuresOf(samples, wanted, { n: number, phase: name, figure }) {
  const found = samples.filter(
    ({ variant, n, phase }) => variant === wanted && n === number && phase === name,
  );
  return new Map(found.map((sample) => [sample.run, sample[figure]]));
}

/** @param {readonly number[]} values NaN stands for none */
function spreadOf(values) {
  if (values.length === 0) {
    return { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  }
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}
