/** Chooses the tensor backend. */
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs";

export interface BackendReport {
  readonly name: string;
}

export async function useBackend(): Promise<BackendReport> {
  createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu");
  await tf.ready();
  return { name: tf.getBackend() };
}
