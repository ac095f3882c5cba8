/** Remarks for a reader of results. */
import { machineText } from "../calibration/index.js";
import { latencyBeside } from "../cost/index.js";
import { formatCost } from "../export/index.js";
import { missingOf } from "../tasks/index.js";
import { meanOf } from "./context.js";
import { type HeaderEntry, type JournalEntry, SERIES } from "./entries.js";
import { evaluations } from "./reading.js";
import { hasBenchmarks } from "./taskMeans.js";

/** How benchmarks are summed up, and which of the eight are not among them. */
function benchmarksNote({ data }: HeaderEntry): string[] {
  const { tasks } = data.test;
  if (!hasBenchmarks(tasks)) return [];
  const missing = missingOf(new Set(tasks));
  const eight =
    missing.length === 0
      ? "all of the paper's eight are there"
      : `of the paper's eight ${missing.join(", ")} are missing`;
  return [
    `Benchmarks have their own scores in percent (MME: total / 2800 · 100; MMBench: all rotations of a question right), and their mean counts each the same; ${eight}. The accuracy beside them is the mean over all samples.`,
  ];
}

/** Whose milliseconds they are, and what runs beside them. */
function latencyNote({ calibration, data }: HeaderEntry): string[] {
  if (calibration === undefined) return [];
  const { created, latency, machine, selector, endToEnd } = calibration;
  const { text, visual } = data.test;
  const full = (s: number) => new Array<number>(latency.layers.length).fill(visual[s]);
  const beside = text.map((own, s) => latencyBeside(latency, full(s), own));
  const mean = (of: (one: (typeof beside)[number]) => number) => formatCost(meanOf(beside.map(of)), "ms");
  return [
    `Milliseconds are those of the decoder's layers, read off a calibration of ${created.slice(0, 10)} on ${machineText(machine)}. ` +
      `Beside them, per sample: embedding ${mean((one) => one.embedding)}, head ${mean((one) => one.head)}, predictor ` +
      `${mean((one) => one.predictor)}, and the selector ${selector} ${formatCost(latency.selector.perFall, "ms")} where counts fall. ` +
      `Whole pruned runs took ${endToEnd.ratio.median.toFixed(2)} of what these tables predict (${endToEnd.ratio.least.toFixed(2)} to ` +
      `${endToEnd.ratio.most.toFixed(2)}, R² ${endToEnd.rSquared.toFixed(3)}).`,
  ];
}

/** What a reader of a study's results should know, sentence by sentence. */
export function notesOf(entries: readonly JournalEntry[], header: HeaderEntry): string[] {
  const notes = [...header.data.notes];
  if (header.data.test.ids.length === 1) {
    notes.push(
      "With a single test sample intervals are undefined: low and high repeat the mean, and nothing is distinguishable.",
    );
  }
  if (entries.some((entry) => entry.kind === "searcher" && entry.series === SERIES.grid)) {
    notes.push(
      `The grid chooses on ${header.data.validation.ids.length} validation samples (series "${SERIES.gridOnValidation}"); series "${SERIES.grid}" is what it chose, on the test samples.`,
    );
  }
  return [...notes, ...benchmarksNote(header), ...latencyNote(header), ...smallerPicturesNotes(entries)];
}

/** What has fewer visual tokens from the start: how a note calls it, and why some of the cost stays unspent. */
const SMALLER = [
  { series: SERIES.downsampled, title: "Downsampled pictures" },
  { series: SERIES.pooled, title: "Visual tokens averaged over a coarser grid" },
] as const;

/** What fewer visual tokens leave over, and what they save outside every budget. */
function smallerPicturesNotes(entries: readonly JournalEntry[]): string[] {
  return SMALLER.flatMap(({ series, title }) => {
    const found = evaluations(entries, "test", series)
      .sort((a, b) => a.budget! - b.budget!)
      .flatMap(({ budget, smaller }) => (smaller === undefined ? [] : [{ budget, ...smaller }]));
    if (found.length === 0) return [];
    const list = (of: (one: (typeof found)[number]) => string) => found.map(of).join(", ");
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    const milliseconds = (seconds: number) => (1000 * seconds).toFixed(1);
    const unspent = `${title} at budgets ${list(({ budget }) => String(budget))}: ${list((one) => percent(one.unspent))} of the range of costs stays unspent, since grids are whole; `;
    const towerWhole = found.every(({ visionMacs }) => visionMacs === 1);
    return [
      towerWhole
        ? `${unspent}the vision tower runs whole, and nothing of it is saved.`
        : `${unspent}the vision tower takes ${list(({ visionMacs }) => percent(visionMacs))} of its multiply-accumulates and ${list((one) => milliseconds(one.visionSeconds[0]))} ms a sample ` +
          `instead of ${list((one) => milliseconds(one.visionSeconds[1]))}, a saving that no budget counts.`,
    ];
  });
}
