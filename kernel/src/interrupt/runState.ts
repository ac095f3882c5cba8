/** What the main thread is at, in memory that the wire thread sees at any moment, also while the main thread spins. */

const RUNNING = 0;
const CRITICAL = 1;
const COOPERATIVE = 2;
const STOP_ASKED = 3;
const HELD = 4;
const STANDING = 5;
const CELLS = 6;

/** For how long, in ms, the main thread at most stands still beside a critical section for an interrupt to strike. */
const HOLD_MS = 100;

/**
 * One is made in each thread, over the same memory. Only the main thread says what it does; only the wire thread asks it to
 * stop or holds it.
 *
 * A termination never cuts a critical section, although it skips `finally`: the interrupter looks at the depth while the main
 * thread is paused and terminates nothing at a depth above zero; and from when it decides to terminate until the stack is
 * unwound it holds the main thread, which then enters no critical section. What else a terminated cell leaves up, its run
 * and its cooperative tasks, is ended by `end`, which whoever ends that cell from outside calls.
 */
export class RunState {
  readonly #cells: Int32Array<SharedArrayBuffer>;
  readonly #serials = new Set<number>();
  readonly #tasks = new Set<symbol>();

  /** @param memory of `RunState.memory()`. */
  constructor(memory: SharedArrayBuffer) {
    this.#cells = new Int32Array(memory);
  }

  static memory(): SharedArrayBuffer {
    return new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT);
  }

  /**
   * Main thread: a cell begins to run. Several may, on subshells.
   *
   * @param serial unique for each run of a cell.
   */
  begin(serial: number): void {
    this.#serials.add(serial);
    Atomics.store(this.#cells, RUNNING, this.#serials.size);
  }

  /** Main thread: the cell has ended, by itself or from outside; twice is harmless. With the last cell all tasks end. */
  end(serial: number): void {
    this.#serials.delete(serial);
    Atomics.store(this.#cells, RUNNING, this.#serials.size);
    if (this.#serials.size > 0) return;
    this.#tasks.clear();
    Atomics.store(this.#cells, COOPERATIVE, 0);
  }

  /**
   * Main thread: runs kernel code that must not be cut off in the middle, as a write to memory that both threads read. Must
   * be short, synchronous, and call no code of the user. May be nested.
   */
  critical<Value>(work: () => Value): Value {
    if (!this.inCritical) this.#standStill();
    Atomics.add(this.#cells, CRITICAL, 1);
    try {
      return work();
    } finally {
      // A cell that prints without end is nearly always in a critical section; an interrupt would rarely find it outside.
      if (Atomics.sub(this.#cells, CRITICAL, 1) === 1) this.#standStill();
    }
  }

  #standStill(): void {
    if (Atomics.load(this.#cells, HELD) === 0) return;
    Atomics.store(this.#cells, STANDING, 1);
    Atomics.wait(this.#cells, HELD, 1, HOLD_MS);
    Atomics.store(this.#cells, STANDING, 0);
  }

  /**
   * Main thread: begins work that looks at `stopAsked` often and ends by itself soon after: an interrupt gives it some time
   * before it terminates.
   *
   * @returns ends it; twice is harmless.
   */
  enterCooperative(): () => void {
    const task = Symbol("cooperative task");
    this.#tasks.add(task);
    Atomics.store(this.#cells, COOPERATIVE, this.#tasks.size);
    return () => {
      this.#tasks.delete(task);
      Atomics.store(this.#cells, COOPERATIVE, this.#tasks.size);
    };
  }

  /** Whether cooperative work is asked to end. */
  get stopAsked(): boolean {
    return Atomics.load(this.#cells, STOP_ASKED) === 1;
  }

  /** How many cells run. */
  get running(): number {
    return Atomics.load(this.#cells, RUNNING);
  }

  get inCritical(): boolean {
    return Atomics.load(this.#cells, CRITICAL) > 0;
  }

  /** Whether some of what runs ends by itself when it is asked. */
  get isCooperative(): boolean {
    return Atomics.load(this.#cells, COOPERATIVE) > 0;
  }

  /** Whether it stands still because it is held. */
  get isStanding(): boolean {
    return Atomics.load(this.#cells, STANDING) === 1;
  }

  /** Wire thread: asks cooperative work to end, until `calm`. */
  askToStop(): void {
    Atomics.store(this.#cells, STOP_ASKED, 1);
  }

  /** Wire thread: the main thread is to stand still where it enters or leaves critical sections, for 100 ms or until `calm`. */
  hold(): void {
    Atomics.store(this.#cells, HELD, 1);
  }

  /** Wire thread: the interrupt is over; whoever is held goes on. */
  calm(): void {
    Atomics.store(this.#cells, STOP_ASKED, 0);
    Atomics.store(this.#cells, STANDING, 0);
    Atomics.store(this.#cells, HELD, 0);
    Atomics.notify(this.#cells, HELD);
  }
}
