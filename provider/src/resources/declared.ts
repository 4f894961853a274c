import * as pulumi from "@pulumi/pulumi";

/** What makes two webhooks the same for a receiver. */
interface Identity {
  readonly name: unknown;
  readonly url: unknown;
  readonly workspaceId: unknown;
  readonly profile: unknown;
}

/** Per run of a program: one process may run several (Pulumi's Automation API). */
const runs = new WeakMap<object, Map<string, string[]>>();
let count = 0;

/** By then, a program that does not wait for anything has declared all of its resources. */
let allDeclared: Promise<void> | undefined;

/**
 * Notes that the program declares a webhook.
 *
 * @returns what goes to the check beside the arguments: a label that is the resource's own, and the label of another
 * resource that declares the same name and URL, when both are plain values. The check finds the others; but it sees
 * only the resources that the engine hands over, which with `--target` are not all.
 */
export function declare(resource: string, identity: Identity): string | Promise<string | string[]> {
  count += 1;
  const label = `${resource}#${count}`;
  const stack = pulumi.runtime.getStackResource();
  const values = Object.values(identity);
  if (stack === undefined || values.some((value) => value !== undefined && typeof value !== "string")) {
    return label;
  }
  const declared = runs.get(stack) ?? new Map<string, string[]>();
  runs.set(stack, declared);
  const key = JSON.stringify(values.map((value) => value ?? null));
  const labels = declared.get(key) ?? [];
  declared.set(key, labels);
  labels.push(label);
  allDeclared ??= new Promise((resolve) => {
    setImmediate(resolve);
  });
  return allDeclared.then(() => {
    const other = labels.find((one) => one !== label);
    return other === undefined ? label : [label, other];
  });
}
