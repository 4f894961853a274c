import { join } from "node:path";
import ts from "typescript";

/**
 * What snippets take for granted, since the text around them speaks of it. Whatever is declared here need not be
 * declared, or imported, in a snippet; everything else does.
 */
const GRANTED = `
  declare const webhook: import("pulumi-up42").Webhook;

  declare const headers: import("node:http").IncomingHttpHeaders;
  declare const body: Buffer;
  declare const rawBody: Buffer;
  declare const request: { readonly headers: import("node:http").IncomingHttpHeaders; readonly body: Buffer };
  declare const secret: string;
  declare const newSecret: string;
  declare const oldSecret: string;
  declare function startProcessing(notification: import("pulumi-up42/receiver").Notification): Promise<void>;
`;

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts"],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ["node"],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
};

/**
 * Compiles programs side by side, each a module of its own, with the types that users of the packages get.
 *
 * @param programs the sources by name
 * @returns what the compiler has to say about each, by name; nothing when all is well
 */
export function compile(programs: Readonly<Record<string, string>>): ReadonlyMap<string, readonly string[]> {
  const entries = Object.entries(programs).map(([name, text], index) => ({
    name,
    text,
    file: join(__dirname, `snippet${index}.ts`),
  }));
  const texts = new Map(entries.map(({ file, text }) => [file, text]));
  texts.set(join(__dirname, "granted.d.ts"), GRANTED);
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, getSourceFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.getSourceFile = (file, options, ...rest) => {
    const text = texts.get(file);
    return text === undefined
      ? getSourceFile(file, options, ...rest)
      : ts.createSourceFile(file, text, options);
  };
  const program = ts.createProgram([...texts.keys()], OPTIONS, host);
  return new Map(
    entries.flatMap(({ name, file }) => {
      const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(file)).map(textOf);
      return problems.length === 0 ? [] : [[name, problems]];
    }),
  );
}

/** What is wrong with the syntax of a JavaScript source. */
export function syntaxErrors(text: string): readonly string[] {
  const { diagnostics = [] } = ts.transpileModule(text, { reportDiagnostics: true, fileName: "snippet.js" });
  return diagnostics.map(textOf);
}

function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}
