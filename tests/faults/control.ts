/** Each protection of the provider that a run can take away, to show that the suite fails without it. */
export const CONTROLS = [
  "reconciliation",
  "claims",
  "look before delete",
  "proof of gone",
  "twin refusal",
  "engine watch",
  "redaction",
] as const;

export type Control = (typeof CONTROLS)[number];
