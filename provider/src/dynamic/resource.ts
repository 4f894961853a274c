import * as pulumi from "@pulumi/pulumi";
import { checkInstallation } from "./installation";
import { type Handler, stub, typeToken } from "./stub";

/** A dynamic resource without a serialised closure: all that `pulumi.dynamic.Resource` does, less the serialising. */
export abstract class DynamicResource extends pulumi.CustomResource {
  protected constructor(
    resource: string,
    handler: Handler,
    name: string,
    props: pulumi.Inputs,
    opts: pulumi.CustomResourceOptions,
  ) {
    checkInstallation();
    super(typeToken(resource), name, { ...props, __provider: stub(handler) }, opts);
  }
}
