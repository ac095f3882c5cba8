/**
 * Memory over 1,000 search steps: tensors alive, resident memory on the way and at its peak. 8 layers of width 128, 64 visual
 * and 32 text tokens, 64 samples, the search's default batch.
 *
 *     node dist/tests/bench/memory.js [steps]           default 1000; prints JSON; some minutes
 */
import { pathToFileURL } from "node:url";
import * as tf from "@tensorflow/tfjs";
import { costModel } from "../../src/cost/index.js";
import { heldSamples, prepareSamples } from "../../src/evaluation/index.js";
import { kernelFunction } from "../../src/schedules/index.js";
import { DifferentiableSearch } from "../../src/search/index.js";
import { SELECTORS } from "../../src/selectors/index.js";
import { useBackend } from "../../src/tensor/index.js";
import { syntheticModel, syntheticSamples } from "./syntheticModel.js";

const SAMPLES = 64;
/**
 * Flat: at the end at most this much more resident memory than half way. Before that the allocator's pools still grow, as
 * shapes of tensors occur for the first time.
 */
const TARGET = 0.02;

export async function benchMemory(steps = 1000) {
  await useBackend();
  const model = syntheticModel();
  const prepared = await prepareSamples(model, SELECTORS["fastv"](), syntheticSamples(SAMPLES));
  const search = new DifferentiableSearch(heldSamples(prepared), {
    kernel: kernelFunction("multiStep"),
    cost: costModel("exact", model.shape),
    scouts: 0,
    epochs: steps,
  });
  const marks = [0.1, 0.5, 1].map((part) => Math.round(part * steps));
  const taken: { step: number; tensors: number; tensorBytes: number; resident: number }[] = [];
  for (let step = 1; step <= steps; step++) {
    await search.step();
    if (!marks.includes(step)) continue;
    const { numTensors, numBytes } = tf.memory();
    taken.push({ step, tensors: numTensors, tensorBytes: numBytes, resident: process.memoryUsage.rss() });
  }
  const growth = taken[2].resident / taken[1].resident - 1;
  search.dispose();
  prepared.dispose();
  model.dispose();
  return {
    marks: taken,
    tensorsFlat: taken.every(({ tensors }) => tensors === taken[0].tensors),
    /** Resident memory at the end over that half way, less one. */
    growth,
    target: TARGET,
    /** Bytes. */
    peakMemory: process.resourceUsage().maxRSS * 1024,
    /** Tensors left when everything was disposed. */
    left: tf.memory().numTensors,
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchMemory(Number(process.argv[2] ?? 1000)), null, 2));
}
