/** What every searcher over a whole unit cube keeps to, whatever its method; called inside of a `describe`. */
import { expect } from "chai";
import { EspalierError } from "../../../src/errors.js";
import { kernelFunction, validateShares } from "../../../src/schedules/index.js";
import type { SearcherMethod, SearchProblem } from "../../../src/search/rivals/searcher.js";
import { kernelSpace } from "../../../src/search/rivals/searchSpace.js";
import { Pacer, Stopped } from "../../../src/tensor/index.js";
import { carryOut, convexProblem } from "./convexProblem.js";

/** @param evaluations what a search of the tests may measure: a few batches more than the start. */
export function itIsASearcher(method: SearcherMethod, evaluations: number): void {
  const search = (problem: SearchProblem) => carryOut(method.begin(problem), problem);

  it("measures as many configurations as it may and no more, all of them schedules", async () => {
    for (const allowed of [1, 3, evaluations - 1]) {
      const problem = convexProblem({ evaluations: allowed });
      const measured = (await search(problem)).flat();
      expect(measured).to.have.length(allowed);
      for (const { shares } of measured) validateShares(shares, problem.layers);
    }
  });

  it("asks the same under the same seed, and something else under another", async () => {
    const first = await search(convexProblem({ evaluations, seed: 4 }));
    expect(await search(convexProblem({ evaluations, seed: 4 }))).to.deep.equal(first);
    expect(await search(convexProblem({ evaluations, seed: 5 }))).to.not.deep.equal(first);
  });

  it("goes on as if it had not been stopped when a fresh one is told the same", async () => {
    const problem = convexProblem({ evaluations, seed: 6 });
    const whole = await search(problem);
    const stopped = method.begin(problem);
    await carryOut(stopped, problem, 2);
    const abort = new AbortController();
    abort.abort();
    const outcome = await stopped.ask(new Pacer(abort.signal)).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(Stopped);
    const fresh = method.begin(problem);
    expect([...(await carryOut(fresh, problem, 2)), ...(await carryOut(fresh, problem))]).to.deep.equal(whole);
  });

  it("measures nothing outside of the costs of interest", async () => {
    const measured = (await search(convexProblem({ evaluations, costs: [0.3, 0.5] }))).flat();
    expect(measured).to.have.length(evaluations);
    for (const { cost } of measured) expect(cost).to.be.within(0.3, 0.5);
  });

  it("goes on where there is but one schedule", async () => {
    const space = kernelSpace(kernelFunction("multiStep:2"), 1);
    const problem = convexProblem({ evaluations, layers: 1, space, cost: () => 1 });
    const measured = (await search(problem)).flat();
    expect(measured).to.have.length(evaluations);
    for (const { divergence } of measured) expect(divergence).to.equal(0);
  });

  it("names costs that no schedule has", async () => {
    const problem = convexProblem({ costs: [2, 3] });
    const outcome = await method
      .begin(problem)
      .ask(new Pacer())
      .catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(EspalierError);
    expect((outcome as Error).message).to.include("between 2 and 3");
  });

  it("refuses divergences that were not asked for, or are none", async () => {
    const problem = convexProblem({ evaluations: 1 });
    const searcher = method.begin(problem);
    expect(() => searcher.tell([[1, 1, 1]])).to.throw(RangeError, "ask and tell in turn");
    await searcher.ask(new Pacer());
    expect(() => searcher.tell([[1, 1]])).to.throw(RangeError, "3 samples");
    expect(() => searcher.tell([[1, Number.NaN, 1]])).to.throw(RangeError, "NaN");
    searcher.tell([[1, 1, 1]]);
    expect(await searcher.ask(new Pacer())).to.equal(null);
  });
}
