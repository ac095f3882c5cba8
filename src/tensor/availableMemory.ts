/** Memory for tensors that the device in use has left. */
import { execFileSync } from "node:child_process";
import { freemem } from "node:os";
import type { BackendReport } from "./backend.js";

/** Bytes that the graphics card has free, of the first card; null when the driver does not answer. */
function freeOnCard(): number | null {
  try {
    const query = ["--query-gpu=memory.free", "--format=csv,noheader,nounits"];
    const answer = execFileSync("nvidia-smi", query, { timeout: 10_000, stdio: ["ignore", "pipe", "ignore"] });
    const mebibytes = Number(answer.toString().split("\n", 1)[0]);
    return mebibytes > 0 ? mebibytes * 2 ** 20 : null;
  } catch {
    return null;
  }
}

/** Bytes that this process may still use: of the graphics card on CUDA, else of the machine or what limits the process. */
export function availableMemory({ backend }: Pick<BackendReport, "backend">): number {
  const own = process.availableMemory?.() ?? freemem();
  return backend === "cuda" ? (freeOnCard() ?? own) : own;
}
