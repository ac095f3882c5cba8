/**
 * What travels to a worker, and what names it: an evaluation as plain data, with everything that determines its result.
 *
 * A job is named by the SHA-256 of that content, so that the same evaluation asked for twice is one job with one result.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { EspalierError } from "../errors.js";
import { canonicalJson, type Json } from "./canonicalJson.js";

/** Version of the format of jobs and results. */
export const WIRE_VERSION = 1;

/** What an evaluation consists of. */
export interface EvaluationJobFields {
  /** Version of the code that computes; up to 64 letters, digits, dots, dashes, underscores and plus signs. */
  readonly code: string;
  /** Arithmetic that computes, such as "tensorflow" or "wasm": they round differently. */
  readonly backend: string;
  /** Digest of the model's weights and configuration. */
  readonly model: string;
  /** Which samples: places in the list of samples that has this digest. At least one. */
  readonly samples: { readonly digest: string; readonly indices: readonly number[] };
  readonly selector: { readonly name: string; readonly seed: number };
  /** [S][L] Visual tokens that each sample of `samples` keeps at each layer. */
  readonly counts: readonly (readonly number[])[];
  /** How accuracy is scored. */
  readonly metric: string;
  /** Where a worker finds model and samples. Not part of what names the job: the digests say what must be found there. */
  readonly source: Json;
}

/** An evaluation as it travels. */
export interface EvaluationJob extends EvaluationJobFields {
  readonly wire: typeof WIRE_VERSION;
}

const json: z.ZodType<Json> = z.json();
const digest = z.string().min(1).max(200);
const count = z.int().min(0);

/** Versions of code, of which names of queues are made. */
export const CODE_VERSION = /^[\w.+-]{1,64}$/;

const jobSchema = z.strictObject({
  wire: z.literal(WIRE_VERSION),
  code: z.string().regex(CODE_VERSION),
  backend: z.string().min(1).max(64),
  model: digest,
  samples: z.strictObject({ digest, indices: z.array(count).min(1) }),
  selector: z.strictObject({ name: z.string().min(1).max(64), seed: z.int() }),
  counts: z.array(z.array(count).min(1)).min(1),
  metric: z.string().max(200),
  source: json,
});

/** What is wrong with lengths, which a schema cannot say; null when nothing is. */
function lengthProblem({ samples, counts }: EvaluationJob): string | null {
  if (counts.length !== samples.indices.length) {
    return `counts for ${counts.length} samples, and names ${samples.indices.length}`;
  }
  const ragged = counts.find((row) => row.length !== counts[0].length);
  return ragged === undefined ? null : `counts for ${counts[0].length} and for ${ragged.length} layers`;
}

/**
 * Reads a job.
 *
 * @param value anything, such as what came out of Redis.
 * @throws EspalierError when it is not a job, or one of another version of the format.
 */
export function parseJob(value: unknown): EvaluationJob {
  const wire = (value as { wire?: unknown } | null)?.wire;
  if (wire !== WIRE_VERSION && typeof wire === "number") {
    throw new EspalierError(
      `The job is in version ${wire} of the queue's format and version ${WIRE_VERSION} is read here; let studies and workers run the same version of Espalier.`,
    );
  }
  const parsed = jobSchema.safeParse(value);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw new EspalierError(
      `The job is not valid at ${path.map(String).join(".") || "its root"}: ${message.replace(/\.$/, "")}; submit it again with this version of Espalier.`,
    );
  }
  const problem = lengthProblem(parsed.data);
  if (problem !== null) throw new EspalierError(`The job has ${problem}; give counts for each sample at each layer.`);
  return parsed.data;
}

/** A job of its fields. @throws EspalierError when they are not valid. */
export function evaluationJob(fields: EvaluationJobFields): EvaluationJob {
  return parseJob({ ...fields, wire: WIRE_VERSION });
}

/** The name of a job: SHA-256, in hexadecimal, of what determines its result. */
export function contentId(job: EvaluationJob): string {
  const { source: _, ...content } = job;
  return createHash("sha256").update(canonicalJson(content)).digest("hex");
}
