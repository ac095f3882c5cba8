import { readFileSync } from "node:fs";
import { expect } from "chai";
import { EspalierError } from "../../../../src/errors.js";
import { hypervolume } from "../../../../src/pareto/index.js";
import type { SearcherMethod } from "../../../../src/search/rivals/searcher.js";
import { tpe } from "../../../../src/search/rivals/tpe/index.js";
import { Pacer } from "../../../../src/tensor/index.js";
import { carryOut, convexProblem, median, randomVolume, volume } from "../convexProblem.js";
import { itIsASearcher } from "../searcherProperties.js";

interface Golden {
  run: { dimensions: number; trials: number; reference: number[]; tpe: number[]; random: number[] };
}
const { run } = JSON.parse(
  readFileSync(new URL("../../../../../tests/golden/search/tpe.json", import.meta.url), "utf8"),
) as Golden;

/** The whole run of the golden file: a cube whose points are taken for shares as they are. */
async function zdtVolume(method: SearcherMethod, seed: number): Promise<number> {
  const values: number[][] = [];
  const searcher = method.begin({
    layers: run.dimensions + 1,
    samples: 1,
    evaluations: run.trials,
    seed,
    cost: ([, x]) => x,
    space: { dimensions: run.dimensions, decode: (points) => points.map((point) => [1, ...Array.from(point)]) },
  });
  const pacer = new Pacer();
  for (let batch = await searcher.ask(pacer); batch !== null; batch = await searcher.ask(pacer)) {
    searcher.tell(
      batch.shares.map(([, x, ...rest]) => {
        const g = 1 + (9 * rest.reduce((sum, y) => sum + y, 0)) / rest.length;
        const y = g * (1 - Math.sqrt(x / g));
        values.push([x, y]);
        return [y];
      }),
    );
  }
  return hypervolume(values, run.reference);
}

describe("search/rivals/tpe", () => {
  itIsASearcher(tpe(), 20);

  for (const [title, options] of Object.entries({
    "one at a time": { batch: 1, weights: "uniform" as const },
    "as by default": {},
    "all coordinates together": { multivariate: true },
  })) {
    it(`finds the hypervolume that Optuna finds, ${title}`, async () => {
      const found: number[] = [];
      for (let seed = 0; seed < run.tpe.length; seed++) found.push(await zdtVolume(tpe(options), seed));
      expect(Math.abs(median(found) - median(run.tpe))).to.be.below((Math.max(...run.tpe) - Math.min(...run.tpe)) / 2);
      expect(median(found)).to.be.above(Math.max(...run.random));
    });
  }

  it("beats as many random schedules in the median of seven seeds", async () => {
    const found: number[] = [];
    const random: number[] = [];
    for (let seed = 0; seed < 7; seed++) {
      const problem = convexProblem({ evaluations: 60, seed });
      found.push(volume((await carryOut(tpe().begin(problem), problem)).flat()));
      random.push(randomVolume(problem));
    }
    expect(median(found)).to.be.above(median(random) + 0.01);
  });

  it("names an option that is no count", () => {
    expect(() => tpe({ batch: 0 })).to.throw(EspalierError, "batch of TPE is 0");
    expect(() => tpe({ startup: 1.5 })).to.throw(EspalierError, "startup of TPE is 1.5");
  });
});
