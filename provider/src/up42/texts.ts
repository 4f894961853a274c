import * as v from "valibot";
import { printable } from "./printable";

/** A text of UP42's that is printed: it writes no lines of its own. */
export const line = v.pipe(v.string(), v.transform(printable));

/** The same, which may be missing: empty then. */
export const text = v.pipe(
  v.nullish(v.string(), ""),
  v.transform((value) => printable(value).trim()),
);
