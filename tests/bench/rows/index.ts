/** What the benches print, as lines of a table with their targets, in the table's order. */
import { architecturesRows } from "./architectures.js";
import { embeddedRows } from "./embedded.js";
import { frontierRows } from "./frontier.js";
import { generalisationRows } from "./generalisation.js";
import { gridRows } from "./grid.js";
import { kernelsRows } from "./kernels.js";
import { longPromptRows } from "./longPrompt.js";
import { memoryRows } from "./memory.js";
import { prefillRows } from "./prefill.js";
import { queueRows } from "./queue.js";
import type { Bench } from "./row.js";
import { searchersRows } from "./searchers.js";
import { searchStepRows } from "./searchStep.js";
import { sizesRows } from "./sizes.js";
import { widgetsRows } from "./widgets.js";

export type { Bench, Row } from "./row.js";

export const BENCHES: readonly Bench[] = [
  prefillRows,
  searchStepRows,
  gridRows,
  memoryRows,
  sizesRows,
  embeddedRows,
  frontierRows,
  longPromptRows,
  architecturesRows,
  generalisationRows,
  searchersRows,
  queueRows,
  kernelsRows,
  widgetsRows,
];
