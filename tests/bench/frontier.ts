/**
 * What the search finds on the embedded model, against the reference grid and against its own ablations, on test samples.
 *
 *     node dist/tests/bench/frontier.js [samples]       default 256 a split; prints JSON; about ten minutes on two cores
 *
 * Chosen on validation samples, scored on test samples. Layer-forwards are charged as METHOD §8 says: forward 1, backward 2 a
 * sample and layer, teacher, scouting and choice included.
 */
import { pathToFileURL } from "node:url";
import { Processor } from "../../src/checkpoint/index.js";
import { createStudy, EMBEDDED_DIRECTORY, embeddedData } from "../../src/study/index.js";

/** The bounds. */
const REGRET_TARGET = 0.01;
const WORK_TARGET = 0.05;
const BUDGETS = [0.1, 0.2, 0.3, 0.5];

export async function benchFrontier(samples: number) {
  const processor = await Processor.fromDirectory(EMBEDDED_DIRECTORY);
  const data = await embeddedData(processor, { sizes: { train: samples, validation: samples, test: samples } });
  const study = await createStudy({ model: EMBEDDED_DIRECTORY, data });
  try {
    await study.search();
    await study.search({ kernel: "singleStep" });
    await study.search({ conditioning: "constant" });
    await study.grid();
    await study.compare({ budgets: BUDGETS });
    const { quality, grid, layerForwards, comparisons, seconds } = await study.results();
    const searched = (layerForwards["search"] ?? 0) + (layerForwards["teacher"] ?? 0);
    const workShare = grid ? searched / grid.unsharedLayerForwards : null;
    return {
      samples,
      quality,
      layerForwards,
      seconds,
      unsharedGrid: grid?.unsharedLayerForwards ?? null,
      workShare,
      targets: { regret: REGRET_TARGET, workShare: WORK_TARGET },
      comparisons: comparisons.filter(({ metric, b }) => metric === "divergence" && b !== "grid"),
    };
  } finally {
    await study.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  console.log(JSON.stringify(await benchFrontier(Number(process.argv[2] ?? 256)), null, 2));
}
