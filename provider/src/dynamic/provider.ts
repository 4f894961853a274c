import type { Bag, Checked, Difference } from "../lifecycle/properties";

/** What Pulumi's dynamic host calls; its own type, `pulumi.dynamic.ResourceProvider`, with bags instead of `any`. */
export interface DynamicProvider {
  configure(request: { readonly config: { get(key: string): string | undefined } }): Promise<void>;
  check(olds: Bag, news: Bag): Promise<Checked>;
  diff(id: string, olds: Bag, news: Bag): Promise<Difference>;
  create(inputs: Bag): Promise<{ readonly id: string; readonly outs: Bag }>;
  update(id: string, olds: Bag, news: Bag): Promise<{ readonly outs: Bag }>;
  /** Without an id: the resource is gone. */
  read(
    id: string,
    props: Bag,
  ): Promise<{ readonly id?: string; readonly props?: Bag; readonly inputs?: Bag }>;
  delete(id: string, props: Bag): Promise<void>;
}
