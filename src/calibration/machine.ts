/** What a machine is, for who reads times that were measured on it. */
import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import type { BackendReport } from "../tensor/index.js";
import type { Machine } from "./types.js";

/** @param report of the backend in use. */
export function describeMachine(report: BackendReport): Machine {
  const { backend, device, threads, tfjs, library, cuda } = report;
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const processors = cpus();
  return {
    backend,
    device,
    threads,
    processor: processors[0]?.model.trim() || "unknown",
    processors: processors.length,
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    tfjs,
    library,
    cuda,
    node: process.versions.node,
    espalier: version,
  };
}

/** "Intel Xeon, 2 threads, backend native". */
export function machineText({ device, threads, backend }: Machine): string {
  return `${device}, ${threads} ${threads === 1 ? "thread" : "threads"}, backend ${backend}`;
}

const TURNS =
  "prompts that are awaited together take turns between two layers: TensorFlow.js starts one operation after another from one thread of JavaScript";

/** What it means, on a backend, that several prompts are run at the same time. */
export function concurrencyMeaning({ backend, threads }: Machine): string {
  if (backend === "cuda") return `${TURNS}, and the card works them off in that order.`;
  if (threads === 1) return `${TURNS}, on one thread.`;
  return `${TURNS}, each on up to ${threads} threads.`;
}
