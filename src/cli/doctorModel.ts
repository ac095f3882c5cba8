/** `espalier doctor --model`: whether a checkpoint fits into this machine, told by its headers before anything is loaded. */
import { statfs } from "node:fs/promises";
import {
  chooseResidency,
  estimateMemory,
  type MemoryEstimate,
  peakMemory,
  planModel,
  type WeightChoice,
} from "../models/index.js";
import { availableMemory, useBackend } from "../tensor/index.js";

/** What `doctor --model DIR --json` prints; bytes throughout, but for counts. */
export interface ModelReport {
  readonly directory: string;
  readonly architecture: string;
  readonly layers: number;
  readonly hidden: number;
  readonly bytesOnDisk: number;
  /** Tensors that the architecture has no place for. */
  readonly unused: readonly string[];
  readonly estimate: MemoryEstimate;
  /** Free for tensors, on the device in use; and on the checkpoint's disk, null where the system does not tell. */
  readonly available: number;
  readonly diskFree: number | null;
  /** How weights would be held. */
  readonly residency: "float32" | "stored";
  readonly prefill: { readonly peak: number; readonly fits: boolean };
  readonly search: { readonly peak: number; readonly fits: boolean };
}

/**
 * Reads config.json and the headers of the weights, never the weights.
 *
 * @param tokens of one sample.
 * @param choice how weights are to be held.
 * @throws EspalierError for an unsupported architecture or variant, and where configuration and tensors disagree.
 */
export async function examineModel(directory: string, tokens: number, choice: WeightChoice): Promise<ModelReport> {
  const planned = planModel(directory);
  const estimate = estimateMemory(planned, tokens);
  const available = availableMemory(await useBackend());
  const residency = choice === "auto" ? chooseResidency(estimate, available) : choice;
  const disk = await statfs(directory).catch(() => null);
  const use = (what: "prefill" | "search") => {
    const peak = peakMemory(estimate, residency, what);
    return { peak, fits: peak <= available };
  };
  return {
    directory,
    architecture: planned.config.architecture,
    layers: planned.shape.layers,
    hidden: planned.shape.hidden,
    bytesOnDisk: planned.bytesOnDisk,
    unused: planned.unused,
    estimate,
    available,
    diskFree: disk === null ? null : disk.bavail * disk.bsize,
    residency,
    prefill: use("prefill"),
    search: use("search"),
  };
}

function amount(bytes: number | null): string {
  if (bytes === null) return "an unknown number of bytes";
  return bytes < 0.95e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

/** The report as rows for people: name and text. */
export function modelRows(report: ModelReport): [string, string][] {
  const { estimate, prefill, search, residency, unused } = report;
  const { tokens, parameters, weights, widened, layer, tower, cache, tape } = estimate;
  const inTokens = tokens.toLocaleString("en");
  const millions = Math.round(parameters / 1e6).toLocaleString("en");
  const alive = ({ activations, attention }: typeof layer) =>
    `${amount(activations)} of activations, ${amount(attention)} of attention logits`;
  const verdict = ({ peak, fits }: typeof prefill) => `${amount(peak)} at the peak: ${fits ? "fits" : "does not fit"}`;
  const widening = widened === 0 ? "" : `, ${amount(widened)} of it widened at a time`;
  const why =
    residency === "float32" ? "the faster" : "each matrix is widened while it is used; the numbers are the same";
  const rows: [string, string][] = [
    [
      "model",
      `${report.architecture}, ${report.layers} layers of width ${report.hidden}, ${millions} million parameters`,
    ],
    ["on disk", `${amount(report.bytesOnDisk)}; ${amount(report.diskFree)} are free there`],
    ["weights", `${amount(weights.float32)} in float32, ${amount(weights.stored)} as stored${widening}`],
    ["held", `${residency}: ${why}`],
    ["a layer", `of ${inTokens} tokens: ${alive(layer)}`],
    ["the tower", `of as many visual tokens: ${alive(tower)}`],
    ["keys, values", `${amount(cache)} of all layers`],
    ["the tape", `of a search keeps ${amount(tape)} of one unpruned sample for the way back`],
    ["memory", `${amount(report.available)} available`],
    ["prefill", verdict(prefill)],
    ["search", verdict(search)],
  ];
  if (unused.length > 0) {
    rows.push([
      "no place for",
      `${unused.length} tensors: ${unused.slice(0, 3).join(", ")}${unused.length > 3 ? ", …" : ""}`,
    ]);
  }
  return rows;
}
