// What transformers answers with the shipped embedded model: writes answers.json beside this file.
//
//     npm run build && node tests/golden/embedded/make_answers.mjs PYTHON
//
// PYTHON is an interpreter with torch, torchvision, transformers 4.57 and pillow. The pictures are the benchmark's own.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { embeddedItems } from "../../../dist/src/tasks/index.js";

const [python] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "espalier-answers-"));
const items = embeddedItems("test", 48).map(({ id, question, images: [{ data, width, height }] }) => ({
  id,
  question,
  width,
  height,
  rgb: Buffer.from(data).toString("base64"),
}));
writeFileSync(join(folder, "items.json"), JSON.stringify(items));
const here = import.meta.dirname;
const output = execFileSync(python, [
  join(here, "answers.py"),
  join(here, "../../../embedded"),
  join(folder, "items.json"),
]);
writeFileSync(join(here, "answers.json"), output);
rmSync(folder, { recursive: true });
