/**
 * What a user brings to the notebooks, small: checkpoints with the files that transformers writes, tokenizer and chat template
 * included, under random weights; and benchmark files as VLMEvalKit keeps them, with pictures in base64.
 */
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { readConfig } from "../../src/checkpoint/index.js";
import { COLORS, embeddedItems, type RgbImage } from "../../src/tasks/index.js";
import { Random } from "../../src/tensor/index.js";
import { ROOT } from "../kernel/jupyter/jupyter.js";
import { writeWeights } from "../study/tiny.js";

/** Folders of tests/golden/checkpoint. */
export type OwnArchitecture = "qwen" | "llava" | "gemma3";

/** Writes a checkpoint: 3 layers, Gemma 3 has 7. */
export async function writeOwnCheckpoint(directory: string, architecture: OwnArchitecture): Promise<void> {
  cpSync(join(ROOT, "tests", "golden", "checkpoint", architecture), directory, { recursive: true });
  await writeWeights(directory, readConfig(directory), "BF16");
}

async function base64({ width, height, data }: RgbImage, format: "png" | "jpeg"): Promise<string> {
  const picture = sharp(data, { raw: { width, height, channels: 3 } });
  return (await picture.toFormat(format).toBuffer()).toString("base64");
}

function writeTsv(file: string, rows: readonly Readonly<Record<string, string | number>>[]): void {
  const columns = Object.keys(rows[0]!);
  const lines = rows.map((row) => columns.map((column) => row[column]).join("\t"));
  writeFileSync(file, `${[columns.join("\t"), ...lines].join("\n")}\n`);
}

/** Writes a file of free answers and one of options, named after the benchmarks that they are worded and scored as. */
export async function writeOwnBenchmarks(
  folder: string,
  questions: number,
): Promise<{ readonly free: string; readonly choice: string }> {
  mkdirSync(folder, { recursive: true });
  const [free, choice] = [join(folder, "ChartQA_TEST.tsv"), join(folder, "MMBench_DEV_EN.tsv")];
  const freeRows = [];
  for (const [index, { images, question, answers }] of embeddedItems("test", questions, {
    tasks: ["count", "existence"],
  }).entries()) {
    freeRows.push({
      index,
      question,
      answer: answers[0]!,
      split: index % 2 === 0 ? "test_human" : "test_augmented",
      image: await base64(images[0]!, "png"),
    });
  }
  writeTsv(free, freeRows);
  const choiceRows = [];
  for (const [index, { images, question, answers }] of embeddedItems("test", questions, {
    tasks: ["attribute"],
  }).entries()) {
    const others = COLORS.filter((color) => color !== answers[0]).slice(0, 3);
    const options = new Random(index).shuffle([answers[0]!, ...others]);
    const letters = Object.fromEntries(options.map((text, i) => ["ABCD"[i]!, text]));
    choiceRows.push({
      index,
      question,
      hint: "",
      ...letters,
      answer: "ABCD"[options.indexOf(answers[0]!)]!,
      category: "attribute_recognition",
      image: await base64(images[0]!, "jpeg"),
      "l2-category": "finegrained_perception",
      split: "dev",
    });
  }
  writeTsv(choice, choiceRows);
  return { free, choice };
}
