import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What a workflow's expressions can refer to, such as `{ github: { ref: "refs/heads/main" }, vars: {} }`. */
export type Contexts = Readonly<Record<string, unknown>>;

/** How the job has gone so far. */
export type JobStatus = "success" | "failure";

const STATUS_FUNCTION = /\b(success|failure|cancelled|always)\(/;

/** Replaces each `${{ … }}` in a text. */
export function interpolate(text: string, contexts: Contexts, status: JobStatus): string {
  return text.replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) => evaluate(expression, contexts, status));
}

/** Evaluates an `if`: as GitHub does, one that does not look at the status means `success() && …`. */
export function isTrue(condition: string | undefined, contexts: Contexts, status: JobStatus): boolean {
  const expression = condition?.replace(/^\s*\$\{\{(.*)\}\}\s*$/, "$1") ?? "success()";
  const whole = STATUS_FUNCTION.test(expression) ? expression : `success() && (${expression})`;
  return evaluate(`!!(${whole})`, contexts, status) === "true";
}

/** GitHub's own parser and evaluator; a context or a function that does not exist is an error. */
function evaluate(expression: string, contexts: Contexts, status: JobStatus): string {
  const functions = Object.entries({
    success: status === "success",
    failure: status === "failure",
    cancelled: false,
    always: true,
  }).map(([name, value]) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) }));
  const { tokens } = new Lexer(expression).lex();
  const parsed = new Parser(tokens, Object.keys(contexts), functions).parse();
  const values: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(values instanceof data.Dictionary)) throw new Error("The contexts of an expression are an object.");
  return new Evaluator(parsed, values, new Map(functions.map((each) => [each.name, each])))
    .evaluate()
    .coerceString();
}
