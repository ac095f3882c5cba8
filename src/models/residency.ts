/** Whether a model's weights are widened once, or kept as they are stored. */
import { EspalierError } from "../errors.js";
import { type MemoryEstimate, peakMemory } from "./memory.js";

/** `auto` is float32 where that leaves half of the memory free, and stored otherwise. */
export const WEIGHT_CHOICES = ["auto", "float32", "stored"] as const;
/** How weights may be asked to be held; one of `WEIGHT_CHOICES`. */
export type WeightChoice = (typeof WEIGHT_CHOICES)[number];

/** Share of the available memory up to which float32 is comfortable: other programs and longer prompts want the rest. */
const COMFORTABLE = 0.5;

/** Tokens of the prompt that a choice without a prompt is made for. */
export const USUAL_TOKENS = 1024;

/** What `auto` becomes with so many bytes available. */
export function chooseResidency(estimate: MemoryEstimate, available: number): "float32" | "stored" {
  if (estimate.weights.stored >= estimate.weights.float32) return "float32";
  return peakMemory(estimate, "float32", "prefill") <= COMFORTABLE * available ? "float32" : "stored";
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** @throws EspalierError where not even the weights have room. */
export function demandRoom(directory: string, { weights }: MemoryEstimate, available: number): void {
  const least = Math.min(weights.stored, weights.float32);
  if (least <= available) return;
  throw new EspalierError(
    `The weights of ${directory} take ${gigabytes(least)} at least, and ${gigabytes(available)} of memory are free; free some, use a larger machine, or ask for it regardless with weights "stored".`,
  );
}
