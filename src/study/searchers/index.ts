/** Searchers that propose schedules and learn their divergences: the reference grid, and the rivals (METHOD §8). */
export { runGrid, type StudyGridOptions } from "./gridRun.js";
export {
  type MeasuredConfiguration,
  type SearcherRecord,
  searcherChoices,
  searcherConfiguration,
  searcherPoints,
  searcherRecord,
  searcherSeriesOf,
} from "./record.js";
export { runRival, type StudyRivalOptions } from "./rivalRun.js";
