import { expect } from "chai";
import { EspalierError } from "../../../../src/errors.js";
import { gSearch } from "../../../../src/search/rivals/gSearch/index.js";
import { Pacer } from "../../../../src/tensor/index.js";
import { carryOut, convexProblem, median, randomVolume, volume } from "../convexProblem.js";
import { itIsASearcher } from "../searcherProperties.js";

describe("search/rivals/gSearch", () => {
  itIsASearcher(gSearch(), 20);

  it("beats as many random schedules of its own kernel, and of the problem's, in the median of five seeds", async () => {
    const found: number[] = [];
    const own: number[] = [];
    const given: number[] = [];
    for (let seed = 0; seed < 5; seed++) {
      const problem = convexProblem({ evaluations: 30, seed });
      found.push(volume((await carryOut(gSearch().begin(problem), problem)).flat()));
      own.push(randomVolume(convexProblem({ evaluations: 30, seed, kernel: "pSigmoid" })));
      given.push(randomVolume(problem));
    }
    expect(median(found)).to.be.above(median(own) + 0.05);
    expect(median(found)).to.be.above(median(given) + 0.02);
  });

  it("searches P-sigmoids, whatever the problem's space", async () => {
    const problem = convexProblem({ evaluations: 14, kernel: "free" });
    const other = convexProblem({ evaluations: 14, kernel: "linear" });
    const shares = async (from: typeof problem) => (await carryOut(gSearch().begin(from), from)).flat();
    expect(await shares(problem)).to.deep.equal(await shares(other));
  });

  it("goes on where every schedule has the same divergence", async () => {
    const problem = convexProblem({ evaluations: 18 });
    const searcher = gSearch().begin(problem);
    const pacer = new Pacer();
    let measured = 0;
    for (let batch = await searcher.ask(pacer); batch !== null; batch = await searcher.ask(pacer)) {
      measured += batch.shares.length;
      searcher.tell(batch.shares.map(() => [0, 0, 0]));
    }
    expect(measured).to.equal(18);
  });

  it("names an option that is no count", () => {
    expect(() => gSearch({ batch: 0 })).to.throw(EspalierError, "batch of G-Search is 0");
    expect(() => gSearch({ startup: 1 })).to.throw(EspalierError, "startup of G-Search is 1");
  });
});
