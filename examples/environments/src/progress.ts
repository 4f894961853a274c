/** Where progress goes: a terminal, a file, or a pipe. */
export type Output = Pick<NodeJS.WriteStream, "write" | "isTTY" | "columns">;

/** Shows what is going on, a line for each environment. */
export interface Progress {
  /** Says what an environment does now. */
  show(environment: string, text: string): void;
  /** Says something about all of them. */
  note(text: string): void;
  /** Must be called once, at the end. */
  end(): void;
}

/** In a terminal, lines are drawn again when they change; elsewhere, each step is a line of its own. */
export function showProgress(environments: readonly string[], output: Output): Progress {
  const width = Math.max(...environments.map((name) => name.length));
  const line = (environment: string, text: string): string => `${environment.padEnd(width)}  ${text}`;
  return output.isTTY ? new RedrawnLines(environments, line, output) : new PlainLines(line, output);
}

type Line = (environment: string, text: string) => string;

class PlainLines implements Progress {
  readonly #shown = new Map<string, string>();

  constructor(
    private readonly line: Line,
    private readonly output: Output,
  ) {}

  show(environment: string, text: string): void {
    if (this.#shown.get(environment) === text) return;
    this.#shown.set(environment, text);
    this.note(this.line(environment, text));
  }

  note(text: string): void {
    this.output.write(`${text}\n`);
  }

  end(): void {
    this.#shown.clear();
  }
}

class RedrawnLines implements Progress {
  readonly #started = performance.now();
  readonly #texts: Map<string, string>;
  readonly #timer = setInterval(() => this.#draw(), 1000);
  #note = "";
  #drawn = 0;

  constructor(
    environments: readonly string[],
    private readonly line: Line,
    private readonly output: Output,
  ) {
    this.#texts = new Map(environments.map((name) => [name, ""]));
  }

  show(environment: string, text: string): void {
    this.#texts.set(environment, text);
    this.#draw();
  }

  note(text: string): void {
    this.#note = text;
    this.#draw();
  }

  end(): void {
    clearInterval(this.#timer);
    this.#draw();
  }

  #draw(): void {
    const seconds = Math.round((performance.now() - this.#started) / 1000);
    const lines = [...this.#texts].map(([name, text]) => this.line(name, text));
    const all = [...lines, `${seconds} s  ${this.#note}`];
    this.output.write(redraw(all, this.#drawn, this.output.columns));
    this.#drawn = all.length;
  }
}

/** Control sequences of terminals (ECMA-48): go up some lines; clear the line. */
const up = (lines: number): string => (lines > 0 ? `\u001b[${lines}A` : "");
const CLEAR = "\u001b[2K";

function redraw(lines: readonly string[], drawn: number, columns: number): string {
  return up(drawn) + lines.map((line) => `\r${CLEAR}${shorten(line, columns)}\n`).join("");
}

/** A line that is too long would be broken in two, and then not be found again. */
function shorten(line: string, columns: number): string {
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`;
}
