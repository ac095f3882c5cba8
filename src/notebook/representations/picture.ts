/** Pictures as the library decodes them; benchmark items and samples with theirs. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { escapeHtml } from "../../figures/index.js";
import type { StudySample } from "../../study/index.js";
import type { BenchmarkItem, RgbImage } from "../../tasks/index.js";
import { fieldsOf, isArrayOf, isNumber } from "./shape.js";

type Items = Pick<BenchmarkItem, "id" | "task" | "images" | "question" | "answers">;

export const picture: Representation = (value) => (isPicture(value) ? pictureBundle(value) : undefined);

export const benchmarkItem: Representation = (value) => {
  if (!isItem(value)) return undefined;
  const { id, task, question, answers, images } = value;
  return picturesBundle(images, [`${id} (${task})`, question, `answer: ${answers.join(" | ")}`]);
};

export const studySample: Representation = (value) => (isSample(value) ? sampleBundle(value) : undefined);

async function pictureBundle(image: RgbImage) {
  return { "image/png": await pngOf(image), "text/plain": sizeText(image) };
}

async function sampleBundle({ id, task, inputIds, promptLength, answers, pictures }: StudySample) {
  const tokens = `${promptLength.toLocaleString("en")} tokens of prompt, ${(inputIds.length - promptLength).toLocaleString("en")} of answer`;
  const lines = [`${id} (${task})`, tokens, ...(answers === undefined ? [] : [`answer: ${answers.join(" | ")}`])];
  return pictures === undefined ? { "text/plain": lines.join("\n") } : picturesBundle(await pictures(), lines);
}

/** Pictures above lines of text: as HTML, so that both are seen together, and the first by itself for where HTML is not. */
async function picturesBundle(images: readonly RgbImage[], lines: readonly string[]) {
  const encoded = await Promise.all(images.map(pngOf));
  const tags = encoded.map((png, i) => `<img alt="${sizeText(images[i]!)}" src="data:image/png;base64,${png}">`);
  const captions = lines.map((line) => `<div>${escapeHtml(line)}</div>`);
  return {
    "text/html": `<div>${tags.join(" ")}</div>${captions.join("")}`,
    ...(encoded.length === 0 ? {} : { "image/png": encoded[0] }),
    "text/plain": [...images.map(sizeText), ...lines].join("\n"),
  };
}

function sizeText({ width, height }: RgbImage): string {
  return `Picture, ${width} × ${height} pixels`;
}

async function pngOf({ width, height, data }: RgbImage): Promise<string> {
  // Loaded when the first picture is shown: most notebooks show none.
  const { default: sharp } = await import("sharp");
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return png.toString("base64");
}

function isPicture(value: unknown): value is RgbImage {
  const fields = fieldsOf(value, ["width", "height", "data"]);
  if (fields === undefined || !isNumber(fields.width) || !isNumber(fields.height)) return false;
  return (
    fields.data instanceof Uint8Array &&
    fields.data.length === 3 * fields.width * fields.height &&
    fields.data.length > 0
  );
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isItem(value: object): value is Items {
  const fields = fieldsOf(value, ["id", "task", "images", "question", "answers"]);
  return (
    fields !== undefined &&
    [fields.id, fields.task, fields.question].every(isText) &&
    isArrayOf(fields.answers, isText) &&
    isArrayOf(fields.images, isPicture)
  );
}

function isSample(value: object): value is StudySample {
  const fields = fieldsOf(value, ["id", "task", "inputIds", "promptLength"]);
  return fields !== undefined && isText(fields.id) && isText(fields.task) && isNumber(fields.promptLength);
}
