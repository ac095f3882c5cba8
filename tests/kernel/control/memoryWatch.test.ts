import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { type MemoryWatchOptions, watchMemory } from "../../../kernel/src/control/memoryWatch.js";

const LIMIT = 1000;

/** Watches a heap that holds what the list says, look after look, the last for good. */
async function watch(heaps: readonly number[], options: Partial<MemoryWatchOptions> = {}) {
  const done: string[] = [];
  let looks = 0;
  const stop = watchMemory({
    limit: LIMIT,
    isRunning: () => true,
    heap: async () => heaps[Math.min(looks++, heaps.length - 1)]!,
    resident: () => LIMIT,
    guard: { start: async () => void done.push("start"), stop: async () => void done.push("stop") },
    everyMs: 1,
    ...options,
  });
  for (let i = 0; i < 20; i++) await delay(2);
  stop();
  return { done, looks };
}

describe("kernel/control/memoryWatch", () => {
  it("has a heap guarded once that is not small", async () => {
    expect(await watch([100, 200, 250])).to.deep.equal({ done: ["start"], looks: 3 });
    expect((await watch([100, 249])).done).to.deep.equal([]);
  });

  it("asks for nothing while no cell runs, or while the process is small", async () => {
    expect(await watch([990], { isRunning: () => false })).to.deep.equal({ done: [], looks: 0 });
    expect(await watch([990], { resident: () => 0.2 * LIMIT })).to.deep.equal({ done: [], looks: 0 });
  });

  it("has it guarded no longer than the cell runs, and again for the next", async () => {
    const running = [true, true, true, false, false, true, true];
    let asked = 0;
    const isRunning = (): boolean => running[Math.min(asked++, running.length - 1)]!;
    expect((await watch([500], { isRunning })).done).to.deep.equal(["start", "stop", "start"]);
  });

  it("looks once at a time, and goes on after a look that failed", async () => {
    let [now, most, looks] = [0, 0, 0];
    const heap = async (): Promise<number> => {
      most = Math.max(most, ++now);
      await delay(3);
      now--;
      if (++looks === 1) throw new Error("no inspector");
      return 990;
    };
    expect((await watch([], { heap })).done).to.deep.equal(["start"]);
    expect(most).to.equal(1);
  });

  it("tries again where the guard does not start", async () => {
    let tries = 0;
    const start = async (): Promise<void> => {
      if (++tries === 1) throw new Error("refused");
    };
    await watch([990], { guard: { start, stop: async () => {} } });
    expect(tries).to.equal(2);
  });
});
