/** One sentence in the notebook where Espalier computes on a backend that is slow. */
import type { BackendReport } from "../tensor/index.js";
import { useBackend } from "../tensor/index.js";

let isTold = false;

/** What a reader must know of the backend; nothing where TensorFlow's native library computes, or the user chose another. */
export function backendSentence({ backend, forced, better }: BackendReport): string | null {
  const native = better.find((one) => one.backend === "native");
  if (forced || native === undefined) return null;
  const name = backend === "wasm" ? "WebAssembly" : "plain JavaScript";
  return `Espalier computes in ${name}, many times slower than natively: ${native.why}. To change that, run in a terminal: ${native.remedy}`;
}

/** Makes the best backend active and says what must be said of it, once. */
export async function announceBackend(): Promise<BackendReport> {
  const report = await useBackend();
  const sentence = backendSentence(report);
  if (!isTold && sentence !== null) process.stderr.write(`${sentence}\n`);
  isTold = true;
  return report;
}
