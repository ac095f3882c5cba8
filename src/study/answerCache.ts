/**
 * Answers of the unpruned model that are kept on the disk, so that a study which is gone on with does not ask for them again.
 *
 * A line of JSON an answer, only ever appended to. Answers can always be had again, so a line that cannot be read is passed over.
 */
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { fileError } from "../checkpoint/index.js";
import { pixelDigest } from "../evaluation/index.js";
import type { StudySample } from "./data/index.js";

const lineSchema = z.object({ key: z.string(), ids: z.array(z.int().nonnegative()) });

/** What an answer depends on: the model, how long it may become, and the prompt with its pictures. */
export function answerKey(model: string, maxNewTokens: number, sample: StudySample): string {
  const { inputIds, promptLength, gridThw, secondsPerGrid = [], pixelValues } = sample;
  const prompt = [...inputIds.subarray(0, promptLength)];
  return createHash("sha256")
    .update(JSON.stringify([model, maxNewTokens, prompt, gridThw, secondsPerGrid, pixelDigest(pixelValues)]))
    .digest("hex");
}

export class AnswerCache {
  readonly #known = new Map<string, Int32Array>();
  readonly #file: string | null;

  /**
   * @param file made, with its folder, when the first answer is kept; null keeps nothing.
   * @throws EspalierError for a file that cannot be read.
   */
  constructor(file: string | null) {
    this.#file = file;
    if (file === null || !fs.existsSync(file)) return;
    let text: string;
    try {
      text = fs.readFileSync(file, "utf8");
    } catch (error) {
      throw fileError("read", file, error);
    }
    for (const line of text.split("\n")) {
      const parsed = lineSchema.safeParse(parseJson(line));
      if (parsed.success) this.#known.set(parsed.data.key, Int32Array.from(parsed.data.ids));
    }
  }

  get(key: string): Int32Array | undefined {
    return this.#known.get(key);
  }

  /** @throws EspalierError when the disk refuses. */
  keep(answers: readonly { readonly key: string; readonly ids: Int32Array }[]): void {
    for (const { key, ids } of answers) this.#known.set(key, ids);
    if (this.#file === null || answers.length === 0) return;
    try {
      fs.mkdirSync(path.dirname(this.#file), { recursive: true });
      // A line that a crash cut off ends here, and is passed over.
      const lines = answers.map(({ key, ids }) => `${JSON.stringify({ key, ids: [...ids] })}\n`);
      fs.appendFileSync(this.#file, `\n${lines.join("")}`);
    } catch (error) {
      throw fileError("write", this.#file, error);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
