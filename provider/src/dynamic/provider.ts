import type { Checked, Properties } from "../lifecycle/properties";

/** What Pulumi's dynamic host calls; its own type, `pulumi.dynamic.ResourceProvider`, with properties instead of `any`. */
export interface DynamicProvider {
  configure(request: { readonly config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Properties, news: Properties): Promise<Checked>;
  /** `changes` undefined: the engine compares the inputs itself, which it does for `replaceOnChanges` and for what it shows. */
  diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ readonly changes: boolean | undefined; readonly replaces: readonly string[] }>;
  create(inputs: Properties): Promise<{ readonly id: string; readonly outs: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ readonly outs: Properties }>;
  /** Without an id: the resource is gone. */
  read(
    id: string,
    props: Properties,
  ): Promise<{ readonly id?: string; readonly props?: Properties; readonly inputs?: Properties }>;
  delete(id: string, props: Properties): Promise<void>;
}
