/** What comes back from a worker. Numbers travel as the bytes they are: not a bit of a result depends on where it was computed. */
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { type EvaluationJob, WIRE_VERSION } from "./job.js";

/** The result of a job; arrays are in the order of the job's samples. */
export interface EvaluationResult {
  /** [S] Divergence from the unpruned model, nats. */
  readonly divergence: readonly number[];
  /** [S] Whether every token of the answer is predicted. */
  readonly exact: readonly boolean[];
  /** [S] Score by the job's metric. */
  readonly accuracy: readonly number[];
  /** Layers run, over all samples. */
  readonly layerForwards: number;
  /** Time that it took. */
  readonly seconds: number;
}

const resultSchema = z.strictObject({
  wire: z.literal(WIRE_VERSION),
  divergence: z.base64(),
  exact: z.string().regex(/^[01]*$/),
  accuracy: z.base64(),
  layerForwards: z.number().min(0),
  seconds: z.number().min(0),
});

/** A result as it travels: IEEE 754 doubles, little-endian, in base64. */
export type WireResult = z.infer<typeof resultSchema>;

function encodeDoubles(values: readonly number[]): string {
  const buffer = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    buffer.writeDoubleLE(value, 8 * i);
  });
  return buffer.toString("base64");
}

function decodeDoubles(text: string): number[] {
  const buffer = Buffer.from(text, "base64");
  return Array.from({ length: Math.floor(buffer.length / 8) }, (_, i) => buffer.readDoubleLE(8 * i));
}

/** Refuses a result that is not of a job's samples. */
export function demandLengths(job: EvaluationJob, result: EvaluationResult): void {
  const wanted = job.samples.indices.length;
  for (const key of ["divergence", "exact", "accuracy"] as const) {
    if (result[key].length === wanted) continue;
    throw new EspalierError(
      `The result has ${result[key].length} values of ${key} for a job of ${wanted} samples; this is a defect of the worker that computed it.`,
    );
  }
}

/** A result for its way. @throws EspalierError when it is not of the job's samples. */
export function encodeResult(job: EvaluationJob, result: EvaluationResult): WireResult {
  demandLengths(job, result);
  const { divergence, exact, accuracy, layerForwards, seconds } = result;
  return {
    wire: WIRE_VERSION,
    divergence: encodeDoubles(divergence),
    exact: exact.map(Number).join(""),
    accuracy: encodeDoubles(accuracy),
    layerForwards,
    seconds,
  };
}

/** A result that has arrived. @throws EspalierError when it is damaged, or not of the job's samples. */
export function decodeResult(job: EvaluationJob, value: unknown): EvaluationResult {
  const parsed = resultSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new EspalierError(
      `The result that a worker gave is not valid at ${path.map(String).join(".") || "its root"}: ${message.replace(/\.$/, "")}; let studies and workers run the same version of Espalier.`,
    );
  }
  const { layerForwards, seconds } = parsed.data;
  const result = {
    divergence: decodeDoubles(parsed.data.divergence),
    exact: [...parsed.data.exact].map((digit) => digit === "1"),
    accuracy: decodeDoubles(parsed.data.accuracy),
    layerForwards,
    seconds,
  };
  demandLengths(job, result);
  return result;
}
