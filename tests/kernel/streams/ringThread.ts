/** A thread that prints into a ring: numbered lines of random texts, to the end or until somebody stops it. */
import { parentPort, workerData } from "node:worker_threads";
import { type StreamName, StreamWriter } from "../../../kernel/src/streams/index.js";

export interface RingThreadData {
  readonly memory: SharedArrayBuffer;
  readonly seed: number;
  /** How many texts; without end when it is null. */
  readonly count: number | null;
}

const ALPHABET = ["a", "\n", "\r", "\u001b[31m", "ä", "€", "𝛼", "👩‍🔬"];

/** The texts of a seed. The parent is the number of the text. */
export function* texts(seed: number): Generator<{ parent: number; name: StreamName; text: string }> {
  let state = seed;
  const below = (bound: number) => {
    // Source: Park and Miller's generator.
    state = (state * 48_271) % 0x7fff_ffff;
    return state % bound;
  };
  for (let parent = 0; ; parent++) {
    const length = 1 + (below(20) === 0 ? below(3000) : below(30));
    const text = Array.from({ length }, () => ALPHABET[below(ALPHABET.length)]!).join("");
    yield { parent, name: below(2) === 0 ? "stdout" : "stderr", text };
  }
}

if (workerData !== null && parentPort !== null) {
  const { memory, seed, count } = workerData as RingThreadData;
  const port = parentPort;
  const writer = new StreamWriter(memory, () => port.postMessage("wake"));
  for (const { parent, name, text } of texts(seed)) {
    if (parent === count) break;
    writer.write(parent, name, text);
  }
  port.postMessage(writer.position);
}
