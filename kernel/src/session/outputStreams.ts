/** `process.stdout` and `process.stderr` of the user's code: whatever is written belongs to the cell that writes it. */
import { Writable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

export type StreamName = "stdout" | "stderr";
/** Takes text at once; never fails. */
export type WriteText = (name: StreamName, text: string) => void;

type Callback = (error?: Error | null) => void;

/**
 * A stream that has no buffer of its own: what is written is out when `write` returns, even when the thread never comes back
 * to its event loop. Ending or destroying it changes nothing, because the kernel writes on.
 */
class CellStream extends Writable {
  readonly #name: StreamName;
  readonly #writeText: WriteText;
  readonly #decoder = new StringDecoder("utf8");
  readonly fd: number;
  readonly isTTY = false;

  constructor(name: StreamName, fd: number, writeText: WriteText) {
    super({ decodeStrings: false });
    this.#name = name;
    this.fd = fd;
    this.#writeText = writeText;
  }

  override write(chunk: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): boolean {
    const done = typeof encoding === "function" ? encoding : callback;
    this.#writeText(this.#name, this.#textOf(chunk));
    if (done !== undefined) process.nextTick(done, null);
    return true;
  }

  override end(chunk?: unknown, encoding?: BufferEncoding | Callback, callback?: Callback): this {
    if (typeof chunk === "function") process.nextTick(chunk as Callback, null);
    else {
      const done = typeof encoding === "function" ? encoding : callback;
      if (chunk !== undefined && chunk !== null) this.write(chunk);
      if (done !== undefined) process.nextTick(done, null);
    }
    return this;
  }

  override destroy(): this {
    return this;
  }

  /** Programs colour what they write for 16 million colours, for none where this says 1: a notebook shows the basic ones. */
  getColorDepth(): number {
    return 4;
  }

  hasColors(count: number = 16): boolean {
    return count <= 16;
  }

  #textOf(chunk: unknown): string {
    if (typeof chunk === "string") return chunk;
    if (chunk instanceof Uint8Array)
      return this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length));
    throw new TypeError(
      `The stream takes text or a Uint8Array and was given ${chunk === null ? "null" : typeof chunk}.`,
    );
  }
}

/** Puts the streams in place of the process's own. */
export function replaceStandardStreams(writeText: WriteText): void {
  const streams = { stdout: new CellStream("stdout", 1, writeText), stderr: new CellStream("stderr", 2, writeText) };
  for (const [name, value] of Object.entries(streams))
    Object.defineProperty(process, name, { value, configurable: true, enumerable: true, writable: true });
}
