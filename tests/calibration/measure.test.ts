import { expect } from "chai";
import {
  type Clock,
  type MeasureOptions,
  measure,
  medianSpread,
  type TimedWork,
  timingOf,
} from "../../src/calibration/measure.js";
import { Pacer, Random, Stopped } from "../../src/tensor/index.js";
import { rejection } from "../scripts/scripts.js";

/** A clock that stands still unless work moves it. */
class HandClock implements Clock {
  #now = 1000;
  now(): number {
    return this.#now;
  }
  pass(ms: number): void {
    this.#now += ms;
  }
}

function options(clock: Clock, more: Partial<MeasureOptions> = {}): MeasureOptions {
  return { clock, random: new Random(1), pacer: new Pacer(), seconds: 1e6, spread: 0.01, warmUps: 2, ...more };
}

describe("calibration/measure", () => {
  it("finds the median behind noise, and says how well", async () => {
    const clock = new HandClock();
    const noise = new Random(3);
    const wanted = { small: 2, large: 40 };
    const works = Object.entries(wanted).map(([key, ms]) => ({
      key,
      // Now and then something else had the processor.
      run: () => clock.pass(ms * Math.exp(0.1 * noise.normal()) + (noise.uniform() < 0.03 ? 100 : 0)),
    }));
    const { timings, settled, widestSpread, seconds } = await measure(works, options(clock));
    expect(settled).to.equal(2);
    expect(widestSpread).to.be.at.most(0.01);
    expect(seconds).to.be.above(0);
    for (const [key, ms] of Object.entries(wanted)) {
      const timing = timings.get(key)!;
      expect(timing.median / ms).to.be.closeTo(1, 0.04);
      // Quartiles of a log-normal time: 0.6745 standard deviations from the median.
      expect(timing.low / ms).to.be.closeTo(Math.exp(-0.067), 0.05);
      expect(timing.high / ms).to.be.closeTo(Math.exp(0.067), 0.08);
      expect(timing.repeats).to.be.above(50);
    }
  });

  it("warms up, then runs every open work once a round, in an order that changes", async () => {
    const clock = new HandClock();
    const ran: string[] = [];
    const repeats = new Map<string, number[]>();
    const works = ["a", "b", "c", "d"].map((key) => ({
      key,
      run(repeat: number) {
        ran.push(key);
        repeats.set(key, [...(repeats.get(key) ?? []), repeat]);
        clock.pass(key === "d" ? 10 + (repeat % 5) : 3);
      },
    }));
    await measure(works, options(clock, { spread: 1e-9, seconds: 0.5 }));
    // Constant times are settled after five repeats; "d" goes on alone until half a second is over.
    const rounds = Array.from({ length: 7 }, (_, r) => ran.slice(4 * r, 4 * r + 4));
    for (const round of rounds) expect([...round].sort()).to.deep.equal(["a", "b", "c", "d"]);
    expect(new Set(rounds.map((round) => round.join(""))).size).to.be.above(3);
    expect(new Set(ran.slice(28))).to.deep.equal(new Set(["d"]));
    expect(repeats.get("a")).to.deep.equal([0, 1, 0, 1, 2, 3, 4]);
    expect(clock.now() - 1000).to.be.within(500, 515);
  });

  it("gives the same order for the same seed", async () => {
    const order = async (seed: number) => {
      const clock = new HandClock();
      const ran: string[] = [];
      const works = ["a", "b", "c", "d", "e"].map((key) => ({ key, run: () => void ran.push(key) }));
      await measure(works, options(clock, { random: new Random(seed) }));
      return ran.join("");
    };
    expect(await order(4)).to.equal(await order(4));
    expect(await order(4)).to.not.equal(await order(5));
  });

  it("finishes three rounds beyond the limit of time, and leaves the rest unsettled", async () => {
    const clock = new HandClock();
    let runs = 0;
    const works = ["a", "b"].map(
      (key): TimedWork => ({
        key,
        run: async () => {
          runs++;
          clock.pass(60_000 + 1000 * runs);
        },
      }),
    );
    const told: number[] = [];
    const onProgress = (seconds: number) => told.push(seconds);
    const { timings, settled } = await measure(works, options(clock, { seconds: 1, warmUps: 1, onProgress }));
    expect(runs).to.equal(8);
    expect(settled).to.equal(0);
    for (const { repeats } of timings.values()) expect(repeats).to.equal(3);
    expect(told).to.have.length(8);
    expect(told).to.deep.equal([...told].sort((a, b) => a - b));
  });

  it("ends in the middle of a round when the time is up", async () => {
    const clock = new HandClock();
    const works = ["a", "b"].map((key, w) => ({
      key,
      run: (repeat: number) => clock.pass(100 + 10 * w + (repeat % 2)),
    }));
    // Warm-up 210 ms, three rounds of about 210 ms, then one work more.
    const { timings } = await measure(works, options(clock, { seconds: 0.9, warmUps: 1, spread: 1e-9 }));
    const repeats = [...timings.values()].map((timing) => timing.repeats).sort();
    expect(repeats).to.deep.equal([3, 4]);
  });

  it("stops between two works", async () => {
    const controller = new AbortController();
    let runs = 0;
    const work = { key: "a", run: () => void (++runs === 3 && controller.abort()) };
    const pacer = new Pacer(controller.signal);
    expect(await rejection(measure([work], options(new HandClock(), { pacer })))).to.be.instanceOf(Stopped);
    expect(runs).to.equal(3);
  });

  it("takes quartiles as the field does", () => {
    expect(timingOf([4, 1, 3, 2])).to.deep.equal({ low: 1.75, median: 2.5, high: 3.25, repeats: 4 });
    expect(timingOf([7])).to.deep.equal({ low: 7, median: 7, high: 7, repeats: 1 });
    expect(medianSpread(timingOf([7]))).to.equal(0);
    // √(π/2)/1.349 · 1.5 / (2 · 2.5)
    expect(medianSpread(timingOf([4, 1, 3, 2]))).to.be.closeTo(0.27872, 1e-5);
  });
});
