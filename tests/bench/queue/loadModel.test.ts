import { expect } from "chai";
import { simulateLoad } from "./loadModel.js";

/** Bounds of operational analysis (Denning and Buzen, 1978): N over the sum of all demands, and one over the largest of a server that all share. */
describe("bench/queue/loadModel", () => {
  const model = { redis: 0.002, study: 0.0005, worker: 0.001, compute: 0.5, inFlight: 100_000 };

  it("is a worker's own rate times their number while nothing else is busy", () => {
    for (const workers of [1, 10]) {
      const alone = workers / (model.compute + model.worker + model.redis / 2);
      expect(simulateLoad({ ...model, inFlight: 100 }, workers) / alone).to.be.within(0.97, 1.03);
    }
  });

  it("is the rate of what is busiest with many workers", () => {
    expect(simulateLoad({ ...model, inFlight: 4000 }, 2000) * model.redis).to.be.within(0.97, 1.001);
    const busyStudy = { ...model, study: 0.01, inFlight: 4000 };
    expect(simulateLoad(busyStudy, 2000) * busyStudy.study).to.be.within(0.97, 1.001);
  });

  it("is no more than what is in flight allows", () => {
    // With one job in flight each goes through everything alone.
    const alone = 1 / (model.redis + model.study + model.worker + model.compute);
    expect(simulateLoad({ ...model, inFlight: 1 }, 100) / alone).to.be.within(0.97, 1.03);
  });

  it("is the same with the same seed", () => {
    const few = { ...model, inFlight: 64 };
    expect(simulateLoad(few, 30, 5)).to.equal(simulateLoad(few, 30, 5));
    expect(simulateLoad(few, 30, 5)).not.to.equal(simulateLoad(few, 30, 6));
  });
});
