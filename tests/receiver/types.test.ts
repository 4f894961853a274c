import { join } from "node:path";
import ts from "typescript";

const PROGRAM = `
import { handleOnce, createMemoryReplayStore, verifyNotification, verifyNotificationAsync } from "pulumi-up42/receiver";
import type { Notification, OrderStatus, JobStatus } from "pulumi-up42/receiver";

const headers: { [name: string]: string | string[] | undefined } = {};
const pairs: [string, string][] = [];
for (const input of [headers, pairs, new Map<string, string>()]) {
  verifyNotification({ headers: input, body: new Uint8Array() }, { secret: "s" });
}
export const verified = verifyNotificationAsync({ headers, body: "" }, { secrets: ["s"], toleranceSeconds: 60 })
  .then((result) => handleOnce(result, createMemoryReplayStore(), ({ messageId }) => messageId.length));

export const known: OrderStatus[] = ["DELIVERY_INITIALIZATION_FAILED", "FAILED_PERMANENTLY", "FAILED PERMANENTLY"];
export const other: (OrderStatus | JobStatus)[] = ["CANCELLING", "WHAT NOBODY HAS HEARD OF"];
export function jobOf(notification: Notification): string {
  return notification.event === "job.status" ? notification.body.jobId : notification.messageId;
}
`;

const WEB = `
import { verifyNotification, verifyWebRequest } from "pulumi-up42/receiver";
export const fetchHandler = async (request: Request) => (await verifyWebRequest(request, { secret: "s" })).bodyBound;
export const byHeaders = (headers: Headers) => verifyNotification({ headers, body: "" }, { secret: "s" }).label;
`;

const NODE = `
import type { IncomingMessage } from "node:http";
import type { Http2ServerRequest } from "node:http2";
import { verifyNodeRequest, verifyNotification, verifyWebRequest } from "pulumi-up42/receiver";
export const handler = (request: IncomingMessage) => verifyNodeRequest(request, { secret: "s", maxBodyBytes: 10 });
export const http2 = (request: Http2ServerRequest) => verifyNodeRequest(request, { secret: "s" });
export const web = (request: Request) => verifyWebRequest(request, { secret: "s" });
export const buffered = (headers: Headers, body: Buffer) => verifyNotification({ headers, body }, { secret: "s" });
`;

interface Case {
  readonly text: string;
  readonly lib: readonly string[];
  readonly types?: string[];
}

const CASES: Record<string, Case> = {
  "ES2022 alone": { text: PROGRAM, lib: ["es2022"] },
  "the DOM without DOM.Iterable": { text: WEB, lib: ["es2022", "dom"] },
  "the DOM with DOM.Iterable": { text: WEB, lib: ["es2022", "dom", "dom.iterable"] },
  "a web worker": { text: WEB, lib: ["es2022", "webworker"] },
  "Node's types": { text: NODE, lib: ["es2022"], types: ["node"] },
};

describe.each(Object.entries(CASES))("types with %s", (_, { text, lib, types = [] }) => {
  test.each(["mts", "cts"])("fit in a module .%s", (extension) => {
    expect(problemsOf(text, extension, lib, types)).toEqual([]);
  });
});

test("a wrong use is seen", () => {
  const text = `import { verifyNotification } from "pulumi-up42/receiver"; verifyNotification({ headers: 7, body: "" }, {});`;
  expect(problemsOf(text, "mts", ["es2022"], [])).not.toEqual([]);
});

/** What the compiler says of a program, and of the package's own declarations. */
function problemsOf(
  text: string,
  extension: string,
  lib: readonly string[],
  types: string[],
): readonly string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    lib: lib.map((name) => `lib.${name}.d.ts`),
    types,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    // Checks the declarations that users get; Node's own are not ours.
    skipLibCheck: types.length > 0,
    skipDefaultLibCheck: true,
  };
  const file = join(__dirname, `program.${extension}`);
  const host = ts.createCompilerHost(options);
  const { fileExists, getSourceFile, readFile } = host;
  host.fileExists = (name) => name === file || fileExists(name);
  host.readFile = (name) => (name === file ? text : readFile(name));
  host.getSourceFile = (name, target, ...rest) =>
    name === file ? ts.createSourceFile(name, text, target) : getSourceFile(name, target, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
