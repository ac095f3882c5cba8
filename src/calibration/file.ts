/** Calibration files: what `espalier calibrate` writes and a study reads. */
import { createHash } from "node:crypto";
import { decodeUtf8, readBytes } from "../checkpoint/index.js";
import type { DecoderShape, LatencyCalibration } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { printable, writeAtomically } from "../export/index.js";
import { calibrationSchema, contradictionIn } from "./schema.js";
import { CALIBRATION_FORMAT, CALIBRATION_VERSION, type Calibration } from "./types.js";

/** A file beyond this is no calibration. */
const LARGEST_FILE = 64 * 1024 * 1024;
const WAY_OUT = "Measure again: espalier calibrate --model DIR.";

/** `layers[0].prefill` for the path ["layers", 0, "prefill"]. */
function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${String(step)}`))
    .join("");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): string {
  let value = root;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[step];
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  const text = printable(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/**
 * Validates a value as a calibration.
 *
 * @param value typically what `JSON.parse` gave.
 * @param source what messages call it, for example the file's name.
 * @throws EspalierError that names the field, what was found there and what was wanted.
 *
 * @example
 * const calibration = parseCalibration(await (await fetch("https://example.org/here.json")).json());
 */
export function parseCalibration(value: unknown, source = "this calibration"): Calibration {
  const { format, version } = (value ?? {}) as Record<string, unknown>;
  if (format !== CALIBRATION_FORMAT) {
    throw new EspalierError(
      `${source} is no calibration: its format is ${valueAt(value, ["format"])}, wanted is "${CALIBRATION_FORMAT}". ${WAY_OUT}`,
    );
  }
  if (typeof version === "number" && version > CALIBRATION_VERSION) {
    throw new EspalierError(
      `${source} is of version ${version}, and this Espalier reads version ${CALIBRATION_VERSION}: update it, or measure again with espalier calibrate.`,
    );
  }
  const parsed = calibrationSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    const wanted = message.replace(/, received .*$/s, "").replace(/^[^:]*: (expected )?/, "");
    throw new EspalierError(
      `${source} is damaged at ${pathText(path)}: found ${valueAt(value, path)}, wanted ${wanted}. ${WAY_OUT}`,
    );
  }
  const problem = contradictionIn(parsed.data);
  if (problem !== null) {
    const { path, found, wanted } = problem;
    throw new EspalierError(`${source} is damaged at ${path}: found ${found}, wanted ${wanted}. ${WAY_OUT}`);
  }
  return parsed.data;
}

/**
 * A calibration from its file.
 *
 * @throws EspalierError when the file cannot be read, is no JSON, or no valid calibration.
 *
 * @example
 * const { latency } = readCalibration("here.json");
 * const milliseconds = costModel("latency", model.shape, { latency });
 */
export function readCalibration(file: string): Calibration {
  const text = decodeUtf8(readBytes(file, LARGEST_FILE), file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(`${file} is not JSON (${(cause as Error).message}); a calibration is. ${WAY_OUT}`, {
      cause,
    });
  }
  return parseCalibration(value, file);
}

/**
 * Writes a calibration; what was there is replaced as a whole or stays as it is.
 *
 * @throws EspalierError for numbers that no calibration may hold, and when the disk refuses.
 *
 * @example
 * await writeCalibration("here.json", await calibrate(studyModel));
 */
export async function writeCalibration(file: string, calibration: Calibration): Promise<void> {
  const text = JSON.stringify(calibration, null, 1);
  parseCalibration(JSON.parse(text), "The calibration to be written");
  await writeAtomically(file, `${text}\n`);
}

const SIZES = ["layers", "hidden", "intermediate", "heads", "kvHeads", "headDim"] as const;

/**
 * Times do not depend on a model's weights, but on everything else about its decoder.
 *
 * @throws EspalierError when the calibration is of another shape; it names the first size that differs.
 */
export function demandShape({ model }: Pick<Calibration, "model">, shape: DecoderShape, name: string): void {
  const size = SIZES.find((key) => model.shape[key] !== shape[key]);
  const windows = model.shape.windows.some((window, i) => window !== shape.windows[i]);
  if (size === undefined && !windows) return;
  const what =
    size === undefined
      ? "attention windows of other layers or lengths"
      : `${size} ${model.shape[size]} instead of ${shape[size]}`;
  throw new EspalierError(
    `The calibration is of ${printable(model.name)}, a decoder with ${what}, and does not fit ${printable(name)}; calibrate that one: espalier calibrate --model DIR.`,
  );
}

/** What tells calibrations apart, by the numbers that a cost reads. */
export function calibrationDigest(latency: LatencyCalibration): string {
  const { tables, layers, selector, embedding, head, predictor } = latency;
  const list = ({ tokens, ms }: LatencyCalibration["embedding"]) => [tokens, ms];
  const beside = [list(selector.scoring), list(selector.removal), selector.perFall, list(embedding), head];
  const numbers = JSON.stringify([tables.map(list), layers, ...beside, list(predictor)]);
  return `sha256:${createHash("sha256").update(numbers).digest("hex").slice(0, 32)}`;
}
