/**
 * Time of the reference grid with shared prefixes, against evaluating every configuration on its own: 8 layers of width 128, 64
 * visual and 32 text tokens, random weights, 700 configurations. Sharing saves tokens; this measures what of it arrives as time.
 *
 *     node dist/tests/bench/grid.js [samples]           default 32; prints JSON
 *
 * Layer 0 sees every token under every schedule and is computed once on both sides. A sample of the configurations is evaluated
 * on its own, half of it before and half after the shared run; its time per row of tokens stands for all of them.
 */
import { pathToFileURL } from "node:url";
import { type CountsOf, evaluateCounts, evaluateShared, prepareSamples } from "../../src/evaluation/index.js";
import { countsFromShares } from "../../src/schedules/index.js";
import { referenceGrid } from "../../src/search/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { syntheticModel, syntheticSamples } from "./syntheticModel.js";

/** The bound on time / (token-weighted share × time unshared). */
const TARGET = 1.15;
/** Configurations evaluated on their own: every so many-th. */
const EVERY = 20;

interface Timed {
  seconds: number;
  cpuSeconds: number;
}

async function timed(into: Timed, work: () => Promise<void>): Promise<void> {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await work();
  const { user, system } = process.cpuUsage(cpu);
  into.seconds += (performance.now() - began) / 1000;
  into.cpuSeconds += (user + system) / 1e6;
}

export async function benchGrid(count = 32) {
  await useBackend();
  const model = syntheticModel();
  const prepared = await prepareSamples(model, SELECTORS["fastv"](), syntheticSamples(count));
  const grid = referenceGrid(model.shape.layers);
  const countsOf: CountsOf = (c, { tokens }) => countsFromShares(grid[c], tokens.visual);
  const chosen = [...grid.keys()].filter((c) => c % EVERY === 0);
  const alone: Timed = { seconds: 0, cpuSeconds: 0 };
  const together: Timed = { seconds: 0, cpuSeconds: 0 };
  /** Rows of tokens behind layer 0. */
  let aloneRows = 0;
  let largestDifference = 0;
  const own = new Map<number, Float64Array>();
  const evaluate = async (c: number) => {
    const counts = prepared.samples.map((sample) => countsOf(c, sample));
    own.set(c, (await evaluateCounts(prepared, counts)).divergence);
    prepared.samples.forEach(({ tokens }, s) => {
      for (const visual of Array.from(counts[s]).slice(1)) aloneRows += tokens.text + visual;
    });
  };
  // What compiles and allocates at the first use is start-up.
  await evaluate(chosen[0]);
  aloneRows = 0;
  let shared: Awaited<ReturnType<typeof evaluateShared>> | undefined;
  const half = chosen.length >> 1;
  for (const c of chosen.slice(0, half)) await timed(alone, () => evaluate(c));
  await timed(together, async () => {
    shared = await evaluateShared(prepared, grid.length, countsOf);
  });
  for (const c of chosen.slice(half)) await timed(alone, () => evaluate(c));
  const { results, layerForwards, unsharedLayerForwards, tokens } = shared!;
  for (const [c, divergence] of own) {
    divergence.forEach((d, s) => {
      largestDifference = Math.max(largestDifference, Math.abs(d - results[c].divergence[s]));
    });
  }
  const layer0 = prepared.samples.reduce((sum, sample) => sum + sample.tokens.text + sample.tokens.visual, 0);
  const sharedRows = tokens.shared - layer0;
  const unsharedRows = tokens.unshared - layer0 * grid.length;
  const ratio = (key: keyof Timed) => together[key] / sharedRows / (alone[key] / aloneRows);
  prepared.dispose();
  model.dispose();
  return {
    samples: count,
    configurations: grid.length,
    layerForwards,
    unsharedLayerForwards,
    /** Of the rows of tokens behind layer 0, how many the shared run needs. */
    tokenShare: sharedRows / unsharedRows,
    seconds: together.seconds,
    /** Extrapolated from the configurations that were evaluated on their own. */
    unsharedSeconds: (alone.seconds * unsharedRows) / aloneRows,
    ratio: ratio("seconds"),
    cpuRatio: ratio("cpuSeconds"),
    largestDifference,
    target: TARGET,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchGrid(Number(process.argv[2] ?? 32)), null, 2));
}
