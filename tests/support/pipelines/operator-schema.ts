/**
 * JSON Schema of the Kubernetes resources that examples/gitops uses, in the parts that it uses. Written after the
 * types of the Pulumi Kubernetes Operator 2 (operator/api/pulumi/shared/stack_types.go, operator/api/auto/v1alpha1)
 * and Kubernetes' own API. Nothing else is allowed, so that a misspelt field is an error here, which Kubernetes would
 * leave out silently.
 */

const text = { type: "string", minLength: 1 };
const flag = { type: "boolean" };
const dnsName = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maxLength: 63 };

function object(required: Record<string, object>, optional: Record<string, object> = {}): object {
  return {
    type: "object",
    additionalProperties: false,
    required: Object.keys(required),
    properties: { ...required, ...optional },
  };
}

function resource(
  apiVersion: string,
  kind: string,
  fields: Record<string, object>,
  name: object = dnsName,
): object {
  const metadata =
    kind === "ClusterRoleBinding" ? object({ name: text }) : object({ name, namespace: dnsName });
  return object({ apiVersion: { const: apiVersion }, kind: { const: kind }, metadata, ...fields });
}

const quantities = object({}, { cpu: { type: "string" }, memory: { type: "string" } });
const image = { type: "string", pattern: "^pulumi/pulumi:\\d+\\.\\d+\\.\\d+-nonroot$" };
const resources = object({}, { requests: quantities, limits: quantities });

// Of the operator's four kinds of references, only the one to a Secret: literals would stand in the repository.
const secretReference = object({ type: { const: "Secret" }, secret: object({ name: dnsName, key: text }) });

const stack = object(
  { stack: text, projectRepo: { type: "string", pattern: "^https://" }, branch: text },
  {
    serviceAccountName: dnsName,
    shallow: flag,
    useLocalStackOnly: flag,
    resyncFrequencySeconds: { type: "integer", minimum: 60 },
    continueResyncOnCommitMatch: flag,
    refresh: flag,
    retryOnUpdateConflict: flag,
    destroyOnFinalize: flag,
    envRefs: { type: "object", additionalProperties: secretReference },
    workspaceTemplate: object({ spec: object({}, { image, resources }) }),
  },
);

const workspace = object(
  { git: object({ url: { type: "string", pattern: "^https://" }, ref: text }, { shallow: flag }) },
  {
    serviceAccountName: dnsName,
    securityProfile: { enum: ["restricted", "baseline"] },
    image,
    env: {
      type: "array",
      items: object({
        name: text,
        valueFrom: object({ secretKeyRef: object({ name: dnsName, key: text }) }),
      }),
    },
    resources,
    stacks: { type: "array", items: object({ name: text }, { create: flag }) },
  },
);

const update = object(
  { workspaceName: dnsName, stackName: text, type: { enum: ["preview", "up", "destroy", "refresh"] } },
  { refresh: flag, expectNoChanges: flag },
);

const roleReference = object({
  apiGroup: { const: "rbac.authorization.k8s.io" },
  kind: { const: "ClusterRole" },
  name: text,
});
const subject = object({ kind: { const: "ServiceAccount" }, name: dnsName, namespace: dnsName });

/** One resource; its `kind` says which of them. */
export const operatorSchema = {
  type: "object",
  required: ["kind"],
  discriminator: { propertyName: "kind" },
  oneOf: [
    resource("v1", "ServiceAccount", {}),
    resource("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
      roleRef: roleReference,
      subjects: { type: "array", items: subject },
    }),
    resource("pulumi.com/v1", "Stack", { spec: stack }, { ...dnsName, maxLength: 42 }),
    resource("auto.pulumi.com/v1alpha1", "Workspace", { spec: workspace }),
    resource("auto.pulumi.com/v1alpha1", "Update", { spec: update }),
  ],
};
