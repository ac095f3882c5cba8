/** Results as documents of data: JSON with a versioned schema, CSV, plain text. Drawings are in `figures/`. */
export { writeAtomically } from "./atomicFile.js";
export { benchmarkColumns } from "./benchmarkTable.js";
export { renderCertificate } from "./certificateTable.js";
export { certifiedName, exchangeText, priceText, spreadText, stepText } from "./certificateText.js";
export type { Column } from "./columns.js";
export { renderComparisons } from "./comparisonTable.js";
export { meansCsv, rowsCsv, writeCsv } from "./csv.js";
export {
  COST_UNIT_NAMES,
  formatAccuracyInterval,
  formatBudget,
  formatCost,
  formatDivergence,
  formatDivergenceInterval,
  formatPercent,
  formatRange,
  modelLabel,
  printable,
  seriesLabel,
} from "./format.js";
export { makeFolder } from "./makeFolder.js";
export { renderMean, renderPoints } from "./pointsTable.js";
export { parseResults, readResults } from "./readResults.js";
export {
  COST_UNITS,
  type Comparison,
  type CostUnit,
  type FrontierPoint,
  type FrontierQuality,
  GRID_ON_VALIDATION,
  type GridSummary,
  type Interval,
  MOVES,
  type MoveName,
  RESULT_BUDGET_UNITS,
  RESULTS_FORMAT,
  RESULTS_VERSION,
  type ResultBenchmarks,
  type ResultBudgetUnit,
  type ResultCertificate,
  type ResultCost,
  type ResultMean,
  type ResultMove,
  type ResultRow,
  type ResultSearcher,
  type Results,
  type ResultsHead,
  type ResultsSource,
  type Verdict,
} from "./results.js";
export { searcherColumns } from "./searcherTable.js";
export { foldCounts, sparkline } from "./sparkline.js";
export { renderTable, type TableOptions } from "./table.js";
export { PRUNE_FILE, pruneFile, pruneReadme } from "./transformers/pruneFile.js";
export { chooseSingleCut, type SingleCut, type SingleCutLoss, singleCutLoss } from "./transformers/singleCut.js";
export { meanKey, validateResults } from "./validate.js";
export { resultsText, stringifyResults, writeResults } from "./writeResults.js";
