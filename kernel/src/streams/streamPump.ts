/** The publishing thread's side of stdout and stderr: from the ring to messages. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { Coalescer, type CoalescerOptions } from "./coalescer.js";
import { type StreamName, StreamReader, type TakeText } from "./streamRing.js";

/** For how long, in ms, text is read before the thread may answer others: the heartbeat waits no longer. */
const TURN_MS = 0.3;

/** After how many bytes the clock is looked at. */
const STEP_BYTES = 2048;

export interface StreamPumpOptions extends Omit<CoalescerOptions, "due"> {
  /** Of `streamRingMemory`. */
  readonly memory: SharedArrayBuffer;
}

/**
 * Reads the ring when it is woken, joins texts, and publishes each at the latest `delayMs` after it came. While text waits to
 * be published, more of it stays in the ring, so that the writer need not wake anybody, until the ring is half full.
 */
export class StreamPump {
  readonly #ring: StreamReader;
  readonly #coalescer: Coalescer;
  readonly #take: TakeText;
  /** Texts that came another way while a fence held up what was written before them. */
  readonly #held: Parameters<TakeText>[] = [];
  #reading = false;
  #due = false;
  #closed = false;

  constructor({ memory, ...options }: StreamPumpOptions) {
    this.#ring = new StreamReader(memory);
    const due = () => {
      this.#due = true;
      this.wake();
    };
    this.#coalescer = new Coalescer({ ...options, due });
    this.#take = (parent, name, text) => this.#coalescer.add(parent, name, text);
    this.wake();
  }

  /** The writer's `wake` has arrived. */
  wake(): void {
    if (!this.#reading && !this.#closed) void this.#read();
  }

  /**
   * Adds text that came another way, behind everything that has been written to the ring; passed over after `close`.
   * Resolves when there is room for more.
   */
  add(parent: number, name: StreamName, text: string): void | Promise<void> {
    if (this.#closed) return undefined;
    this.#ring.read(this.#take);
    if (this.#ring.isHeld) this.#held.push([parent, name, text]);
    else this.#coalescer.add(parent, name, text);
    return this.#coalescer.room;
  }

  /**
   * Publishes what was written to the ring before, at once: for a message that must follow it. The work is limited by the
   * size of the ring.
   *
   * @param position of the writer, when it sent the message; default: everything that is in the ring.
   */
  catchUp(position: number = Number.POSITIVE_INFINITY): void {
    this.#ring.readUntil(position, this.#take);
    this.#coalescer.flush();
    // Whoever was to be woken late must be woken early again, because nothing waits any more.
    this.wake();
  }

  /**
   * Goes on behind the fence of a message that has gone out. Until then, what was printed after it stays in the ring.
   *
   * @param position of the writer, when it sent the message.
   */
  pass(position: number): void {
    // The writer may wait for this, and write as soon as it is passed: that comes after what is held.
    const written = this.#ring.written;
    this.#ring.pass(position);
    if (this.#held.length > 0) {
      this.#ring.readUntil(written, this.#take);
      for (const held of this.#held.splice(0)) this.#coalescer.add(...held);
    }
    this.wake();
  }

  /** Publishes everything and reads no more: the writer is never held back again. Closing twice is harmless. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ring.end();
    this.#ring.read(this.#take);
    for (const held of this.#held.splice(0)) this.#coalescer.add(...held);
    this.#coalescer.flush();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    while (!this.#closed) {
      this.#turn();
      await this.#coalescer.room;
      const enough = this.#coalescer.isEmpty ? 1 : this.#ring.capacity;
      if (!this.#due && this.#ring.askForWake(enough)) break;
      await nextTurn();
    }
    this.#reading = false;
  }

  /** Reads for a short time, and publishes what is due. */
  #turn(): void {
    const end = performance.now() + TURN_MS;
    do this.#ring.read(this.#take, STEP_BYTES);
    while (this.#ring.waiting > 0 && performance.now() < end);
    if (!this.#due) return;
    this.#due = false;
    this.#coalescer.flush();
  }
}
