/** Reads what `captureDescriptors` redirected. */
import { readSync } from "node:fs";
import { Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { CapturedDescriptors } from "./captureDescriptors.js";
import type { StreamName } from "./streamRing.js";

/** A turn of the event loop reads at most 32 times as much. */
const CHUNK_BYTES = 2 ** 14;

/** No pipe holds more, unless an administrator wants it so. */
const PIPE_BYTES = 2 ** 20;

/** Gets printed text. A promise: nothing more is read until it resolves. */
export type OnText = (name: StreamName, text: string) => void | Promise<void>;

/**
 * Reads both pipes for as long as its thread runs, and does not keep it running. Text comes in whole code points; bytes that
 * are not UTF-8 become U+FFFD. When everybody has closed his end of a pipe, its reading ends quietly.
 */
export class DescriptorReader {
  readonly #pipes: readonly Pipe[];

  constructor({ stdout, stderr }: Pick<CapturedDescriptors, "stdout" | "stderr">, onText: OnText) {
    this.#pipes = [new Pipe("stdout", stdout, onText), new Pipe("stderr", stderr, onText)];
  }

  /** Everything that was printed before this call has been given to `onText` when it returns. Never blocks. */
  drain(): void {
    for (const pipe of this.#pipes) pipe.drain();
  }

  /** Drains, and closes the pipes: who prints afterwards gets an error. Closing twice is harmless. */
  close(): void {
    for (const pipe of this.#pipes) pipe.close();
  }
}

class Pipe {
  readonly #name: StreamName;
  readonly #descriptor: number;
  readonly #onText: OnText;
  readonly #decoder = new StringDecoder("utf8");
  readonly #socket: Socket;
  #closed = false;

  constructor(name: StreamName, descriptor: number, onText: OnText) {
    this.#name = name;
    this.#descriptor = descriptor;
    this.#onText = onText;
    // Read into one buffer, past the queue of a stream, so that nothing is on its way while `drain` reads the same pipe.
    const callback = (length: number, chunk: Uint8Array) => this.#receive(Buffer.from(chunk.buffer, 0, length));
    const onread = { buffer: Buffer.from(new ArrayBuffer(CHUNK_BYTES)), callback };
    const options = { fd: descriptor, readable: true, writable: false, onread };
    this.#socket = new Socket(options);
    this.#socket.on("error", () => this.close());
    this.#socket.on("end", () => this.close());
    this.#socket.resume();
    this.#socket.unref();
  }

  drain(): void {
    if (this.#closed) return;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (let total = 0; total < PIPE_BYTES; ) {
      const length = this.#readNow(chunk);
      if (length === 0) return;
      total += length;
      this.#give(this.#decoder.write(chunk.subarray(0, length)));
    }
  }

  close(): void {
    if (this.#closed) return;
    this.drain();
    this.#closed = true;
    this.#give(this.#decoder.end());
    this.#socket.destroy();
  }

  /** 0: nothing is there now, or never will be. */
  #readNow(chunk: Buffer): number {
    try {
      return readSync(this.#descriptor, chunk);
    } catch {
      return 0;
    }
  }

  /** False: the socket is to stop reading. */
  #receive(chunk: Buffer): boolean {
    const room = this.#give(this.#decoder.write(chunk));
    if (room === undefined) return true;
    void room.then(() => this.#socket.resume());
    return false;
  }

  #give(text: string): void | Promise<void> {
    return text === "" ? undefined : this.#onText(this.#name, text);
  }
}
