/** Evaluations that were made elsewhere, brought into frontier and comparison. `OUTSIDE.md` says what is not known of them. */
export {
  OUTSIDE_FILE,
  OUTSIDE_FORMAT,
  OUTSIDE_VERSION,
  type OutsideDocument,
  outsideText,
  parseOutsideDocument,
} from "./document.js";
export { type OutsideEvaluation, type OutsideSource, parseOutside } from "./evaluations.js";
export { outsideSpecification } from "./outsideFigure.js";
export { type OutsideTableOptions, outsideMeansCsv, renderOutside } from "./outsideTable.js";
export {
  demandOutsidePower,
  OUTSIDE_INTERVALS,
  type OutsideComparison,
  type OutsideMean,
  type OutsideSummary,
  summariseOutside,
} from "./summary.js";
