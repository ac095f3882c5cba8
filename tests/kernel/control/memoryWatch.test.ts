import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { type MemoryWatchOptions, watchMemory } from "../../../kernel/src/control/memoryWatch.js";

const LIMIT = 1000;

/** Watches a heap that holds what the list says, look after look, the last for good. */
async function watch(heaps: readonly number[], options: Partial<MemoryWatchOptions> = {}) {
  const full: number[] = [];
  let looks = 0;
  const stop = watchMemory({
    limit: LIMIT,
    isRunning: () => true,
    heap: async () => heaps[Math.min(looks++, heaps.length - 1)]!,
    resident: () => LIMIT,
    onFull: async (bytes) => void full.push(bytes),
    everyMs: 1,
    ...options,
  });
  const enough = heaps.length + 3;
  for (let i = 0; i < 50 && looks < enough; i++) await delay(2);
  stop();
  return { full, looks };
}

describe("kernel/control/memoryWatch", () => {
  it("tells of a heap that is nearly full, as long as it is", async () => {
    const { full } = await watch([100, 930]);
    expect(full.length).to.be.greaterThan(1);
    expect(new Set(full)).to.deep.equal(new Set([930]));
    expect((await watch([900])).full).to.deep.equal([]);
  });

  it("looks ahead: a heap that grows fast is full before the next look but one", async () => {
    expect((await watch([100, 390, 390])).full).to.deep.equal([]);
    expect((await watch([100, 500, 500])).full).to.deep.equal([500]);
    expect((await watch([800, 300, 300])).full, "what shrinks does not grow").to.deep.equal([]);
  });

  it("asks for nothing while no cell runs, or while the process is small", async () => {
    expect(await watch([990], { isRunning: () => false })).to.deep.equal({ full: [], looks: 0 });
    expect(await watch([990], { resident: () => 0.4 * LIMIT })).to.deep.equal({ full: [], looks: 0 });
  });

  it("forgets how fast it grew when a cell has ended", async () => {
    const running = [true, false, true, true];
    let asked = 0;
    const isRunning = (): boolean => running[Math.min(asked++, 3)]!;
    expect((await watch([100, 500, 500], { isRunning })).full).to.deep.equal([]);
  });

  it("looks once at a time, and goes on after a look that failed", async () => {
    let [now, most, looks] = [0, 0, 0];
    const heap = async (): Promise<number> => {
      most = Math.max(most, ++now);
      await delay(5);
      now--;
      if (++looks === 1) throw new Error("no inspector");
      return 990;
    };
    const full: number[] = [];
    const stop = watchMemory({
      ...{ limit: LIMIT, isRunning: () => true, heap, resident: () => LIMIT, everyMs: 1 },
      onFull: async (bytes) => void full.push(bytes),
    });
    for (let i = 0; i < 200 && full.length === 0; i++) await delay(5);
    stop();
    expect(full).not.to.deep.equal([]);
    expect(most).to.equal(1);
  });
});
