/** What two schedules may be made to cost alike. */
import type { CostName } from "../../cost/index.js";

/** The cost model behind each name; a new one is one line here. */
export const MATCHED_COSTS = {
  executedFlops: "exact",
  kvBytes: "kvBytes",
  latency: "latency",
} as const satisfies Record<string, CostName>;

/** What both sides of a comparison cost alike. */
export type Match = keyof typeof MATCHED_COSTS;
