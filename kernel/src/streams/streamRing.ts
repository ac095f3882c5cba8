/**
 * Text on its way from the thread that prints to the thread that publishes, in memory that both see: a thread that prints in
 * a loop never returns to its event loop, and posting a message for each line would cost more than the line.
 *
 * The ring holds records: the parent, the length with the stream's name in its highest bit, and the text in UTF-8, each
 * record filled up to a multiple of eight bytes. A record never goes around the end; what is left there is skipped. Positions
 * count bytes since the beginning, gaps included; in memory are their lowest 32 bits.
 *
 * Among the records are fences: a message that the writer has sent another way goes out between the texts around its fence.
 *
 * The writer may be stopped for good at any instruction, and later write again: a record counts when its end has been stored,
 * which is one store, and the writer takes its own position from there each time.
 */
import { endOfPiece } from "./textPieces.js";

export type StreamName = "stdout" | "stderr";

/** Gets one text: who printed it, where to, and what. */
export type TakeText = (parent: number, name: StreamName, text: string) => void;

const HEAD = 0;
// What the reader stores is in another cache line than what the writer stores.
const TAIL = 16;
/** The writer wakes the reader when it gets here. */
const WAKE_AT = 17;
/** Changes whenever the reader took something, or ended. */
const TAKEN = 18;
const ENDED = 19;
/** Number of the last fence that the reader may pass. */
const PASSED = 20;
const CONTROL_BYTES = 128;

const RECORD_HEADER_BYTES = 8;
const STDERR_BIT = 0x8000_0000;
/** In place of a length: nothing follows up to the end of the ring. */
const SKIP = 0xffff_ffff;
/** In place of a length: a fence, its number in place of the parent. */
const FENCE = 0xffff_fffe;
/** UTF-8 has no more bytes than this for a UTF-16 unit. */
const BYTES_PER_UNIT = 3;
/** A record has at most this part of the ring's bytes as UTF-16 units; longer texts become several. */
const PIECES = 16;

/**
 * Memory for one ring.
 *
 * @param bytes for text and what goes with it: a power of two, from 256 to 2^30; default 256 KiB, about 6,000 short lines.
 * @throws RangeError for another size.
 */
export function streamRingMemory(bytes: number = 2 ** 18): SharedArrayBuffer {
  if (bytes < 256 || bytes > 2 ** 30 || !Number.isInteger(Math.log2(bytes)))
    throw new RangeError(`A ring cannot have ${bytes} bytes; its size must be a power of two from 256 to 2^30.`);
  return new SharedArrayBuffer(CONTROL_BYTES + bytes);
}

/** Both ends see the ring so. */
class Ring {
  readonly cells: Int32Array;
  readonly words: Uint32Array;
  readonly bytes: Buffer;
  readonly capacity: number;

  constructor(memory: SharedArrayBuffer) {
    this.cells = new Int32Array(memory, 0, CONTROL_BYTES / Int32Array.BYTES_PER_ELEMENT);
    this.words = new Uint32Array(memory, CONTROL_BYTES);
    this.bytes = Buffer.from(memory, CONTROL_BYTES);
    this.capacity = this.bytes.length;
  }

  /** The position in a cell, seen from an earlier one. */
  load(cell: number, earlier: number): number {
    return earlier + ((Atomics.load(this.cells, cell) - earlier) >>> 0);
  }

  offsetOf(position: number): number {
    return position & (this.capacity - 1);
  }
}

/** The number of the fence of a message that was sent at a position: never 0, which is what was passed at the beginning. */
function fenceAt(position: number): number {
  return (position + 1) >>> 0;
}

function padded(bytes: number): number {
  return (bytes + 7) & ~7;
}

/** The end that prints: one in one thread. */
export class StreamWriter {
  readonly #ring: Ring;
  readonly #wake: () => void;
  readonly #longest: number;
  /** Some earlier position of the writer, and of the reader. */
  #head: number;
  #tail: number;
  /** For which request the reader was woken last. */
  #wokenFor: number | undefined;

  /**
   * @param memory of `streamRingMemory`.
   * @param wake called in the writer's thread when the reader has asked to be woken; must reach it although this thread never
   *   returns to its event loop, as a message of a MessagePort does.
   */
  constructor(memory: SharedArrayBuffer, wake: () => void) {
    this.#ring = new Ring(memory);
    this.#wake = wake;
    this.#tail = this.#ring.load(TAIL, 0);
    this.#head = this.#ring.load(HEAD, this.#tail);
    this.#longest = this.#ring.capacity / PIECES;
  }

  /** Up to where text has been written: whoever reads until here has everything that was written before. */
  get position(): number {
    this.#head = this.#ring.load(HEAD, this.#head);
    return this.#head;
  }

  /**
   * Writes a text. Blocks the thread for as long as the ring is full; when the reader has ended, the text is dropped. Halves
   * of code points become U+FFFD.
   *
   * @param parent who prints; an integer from 0 to 2^32 - 1.
   * @param text any length; empty: nothing is written.
   */
  write(parent: number, name: StreamName, text: string): void {
    if (text.length <= this.#longest) {
      if (text !== "") this.#writePiece(parent, name, text);
      return;
    }
    for (let start = 0; start < text.length; ) {
      const end = endOfPiece(text, start, this.#longest);
      this.#writePiece(parent, name, text.slice(start, end));
      start = end;
    }
  }

  /**
   * What is written from now on is not read before the reader is told to `pass`, which the message does. To be called once
   * the message is on its way: who is stopped between the two leaves no fence that nobody passes.
   *
   * @param position of this writer when the message was sent.
   */
  fence(position: number): void {
    const { cells, words, capacity } = this.#ring;
    const head = this.position;
    const end = head + RECORD_HEADER_BYTES;
    if (end - this.#tail > capacity && !this.#waitForRoom(end)) return;
    const start = this.#ring.offsetOf(head) >> 2;
    words[start] = fenceAt(position);
    words[start + 1] = FENCE;
    Atomics.store(cells, HEAD, end | 0);
  }

  /**
   * Blocks the thread until the reader has been told to `pass` a fence, or has ended.
   *
   * @param position of the fence.
   * @param ms at most so long; the reader's thread may be busy with much else. Default 1000.
   */
  waitUntilPassed(position: number, ms = 1000): void {
    const { cells } = this.#ring;
    const end = performance.now() + ms;
    for (;;) {
      const passed = Atomics.load(cells, PASSED);
      const left = end - performance.now();
      if (((fenceAt(position) - passed) | 0) <= 0 || left <= 0 || Atomics.load(cells, ENDED) === 1) return;
      Atomics.wait(cells, PASSED, passed, left);
    }
  }

  #writePiece(parent: number, name: StreamName, text: string): void {
    const { cells, words, bytes, capacity } = this.#ring;
    const head = this.position;
    const offset = this.#ring.offsetOf(head);
    const space = BYTES_PER_UNIT * text.length;
    const needed = RECORD_HEADER_BYTES + padded(space);
    const gap = offset + needed <= capacity ? 0 : capacity - offset;
    if (head + gap + needed - this.#tail > capacity && !this.#waitForRoom(head + gap + needed)) return;
    const start = gap === 0 ? offset : 0;
    const written = bytes.write(text, start + RECORD_HEADER_BYTES, space);
    words[start >> 2] = parent;
    words[(start >> 2) + 1] = name === "stderr" ? (written | STDERR_BIT) >>> 0 : written;
    if (gap !== 0) words[(offset >> 2) + 1] = SKIP;
    Atomics.store(cells, HEAD, (head + gap + RECORD_HEADER_BYTES + padded(written)) | 0);
    this.#wakeIfAsked();
  }

  /** False: the reader has ended. */
  #waitForRoom(end: number): boolean {
    const { cells, capacity } = this.#ring;
    for (;;) {
      const taken = Atomics.load(cells, TAKEN);
      if (Atomics.load(cells, ENDED) === 1) return false;
      this.#tail = this.#ring.load(TAIL, this.#tail);
      if (end - this.#tail <= capacity) return true;
      this.#wakeIfAsked();
      Atomics.wait(cells, TAKEN, taken);
    }
  }

  /** Also before waiting, because the writer may have been stopped between a record and the waking. */
  #wakeIfAsked(): void {
    const wakeAt = Atomics.load(this.#ring.cells, WAKE_AT);
    if (wakeAt === this.#wokenFor || ((Atomics.load(this.#ring.cells, HEAD) - wakeAt) | 0) < 0) return;
    this.#wake();
    this.#wokenFor = wakeAt;
  }
}

/** The end that publishes: one in one thread. */
export class StreamReader {
  readonly #ring: Ring;
  #tail: number;
  #head: number;

  /** @param memory of `streamRingMemory`, as the writer's. A later reader goes on where an earlier one stopped. */
  constructor(memory: SharedArrayBuffer) {
    this.#ring = new Ring(memory);
    this.#tail = this.#ring.load(TAIL, 0);
    this.#head = this.#ring.load(HEAD, this.#tail);
  }

  /** Bytes that can be read now; more than that where a fence is among them. */
  get waiting(): number {
    this.#head = this.#ring.load(HEAD, this.#head);
    return this.#isAtFence() ? 0 : this.#head - this.#tail;
  }

  /** Up to where the writer has written. */
  get written(): number {
    this.#head = this.#ring.load(HEAD, this.#head);
    return this.#head;
  }

  /** Whether what comes next is a fence that may not be passed yet. */
  get isHeld(): boolean {
    this.#head = this.#ring.load(HEAD, this.#head);
    return this.#isAtFence();
  }

  /** Bytes that the ring holds at most. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /**
   * Reads records in their order.
   *
   * @param bytes after how many to stop; the record that gets there is read whole. Default: all that is there.
   */
  read(take: TakeText, bytes: number = Number.POSITIVE_INFINITY): void {
    this.#readTo(this.#tail + Math.min(bytes, this.waiting), take);
  }

  /** Reads what was written up to a position of the writer; nothing when that was read already. */
  readUntil(position: number, take: TakeText): void {
    this.#readTo(Math.min(position, this.#tail + this.waiting), take);
  }

  /** The message that was sent at a position of the writer has gone out: what follows its fence may be read. */
  pass(position: number): void {
    Atomics.store(this.#ring.cells, PASSED, fenceAt(position) | 0);
    Atomics.notify(this.#ring.cells, PASSED);
  }

  /**
   * Asks to be woken, once, when so many bytes can be read. False: they can already, and nobody will wake.
   *
   * @param bytes at least 1; more than half of the ring counts as half of it, so that the writer need not wait.
   */
  askForWake(bytes: number): boolean {
    const asked = Math.min(bytes, this.#ring.capacity / 2);
    if (this.waiting >= asked) return false;
    Atomics.store(this.#ring.cells, WAKE_AT, (this.#tail + asked) | 0);
    // The writer may have got there before it could see the request.
    return this.waiting < asked;
  }

  /** Only what is there will be read, fences or not: the writer neither waits nor writes when the ring is full. */
  end(): void {
    Atomics.store(this.#ring.cells, ENDED, 1);
    this.#signal();
  }

  #readTo(end: number, take: TakeText): void {
    if (this.#tail >= end) return;
    try {
      while (this.#tail < end && !this.#isAtFence()) this.#readRecord(take);
    } finally {
      Atomics.store(this.#ring.cells, TAIL, this.#tail | 0);
      this.#signal();
    }
  }

  /** Whether what comes next is a fence that may not be passed yet. */
  #isAtFence(): boolean {
    if (this.#tail >= this.#head) return false;
    const { cells, words } = this.#ring;
    const start = this.#ring.offsetOf(this.#tail) >> 2;
    if (words[start + 1] !== FENCE || Atomics.load(cells, ENDED) === 1) return false;
    return ((words[start]! - Atomics.load(cells, PASSED)) | 0) > 0;
  }

  #readRecord(take: TakeText): void {
    const { words, bytes, capacity } = this.#ring;
    const offset = this.#ring.offsetOf(this.#tail);
    const word = words[(offset >> 2) + 1]!;
    if (word === SKIP) {
      this.#tail += capacity - offset;
      return;
    }
    if (word === FENCE) {
      this.#tail += RECORD_HEADER_BYTES;
      return;
    }
    const length = word & ~STDERR_BIT;
    const start = offset + RECORD_HEADER_BYTES;
    this.#tail += RECORD_HEADER_BYTES + padded(length);
    take(words[offset >> 2]!, word === length ? "stdout" : "stderr", bytes.toString("utf8", start, start + length));
  }

  #signal(): void {
    Atomics.add(this.#ring.cells, TAKEN, 1);
    Atomics.notify(this.#ring.cells, TAKEN);
  }
}
