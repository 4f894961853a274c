/** One row: a webhook. */
export interface Row {
  /** Where to send notifications, below the configuration's `receivers`. */
  path: `/${string}`;
  events: ("job.status" | "order.status")[];
  /** Default: true. */
  active?: boolean;
}

/** Every webhook of the organisation; the keys are their names at UP42. */
export const webhooks: Record<string, Row> = {
  "orders-billing": { path: "/billing/orders", events: ["order.status"] },
  "orders-warehouse": { path: "/warehouse/orders", events: ["order.status"] },
  "jobs-analytics": { path: "/analytics/jobs", events: ["job.status"] },
  audit: { path: "/audit", events: ["job.status", "order.status"] },
  "jobs-legacy": { path: "/legacy/jobs", events: ["job.status"], active: false },
};
