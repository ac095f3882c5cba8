/**
 * `npm run train:embedded -- [--directory DIR] [--steps N] …`: trains, or goes on training, and writes the model directory.
 *
 * `--initial DIR` begins with the weights of a model directory; `--export DIR` is where the model goes (default embedded);
 * `--export-only` writes it from the last saved state.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { EspalierError } from "../../errors.js";
import { useBackend } from "../../tensor/index.js";
import { exportEmbedded } from "./exportModel.js";
import { DEFAULT_PLAN, trainEmbedded } from "./train.js";

const { values } = parseArgs({
  options: {
    directory: { type: "string", default: "runs/embedded" },
    seed: { type: "string" },
    batch: { type: "string" },
    questions: { type: "string" },
    "label-steps": { type: "string" },
    steps: { type: "string" },
    "decay-share": { type: "string" },
    "learning-rate": { type: "string" },
    initial: { type: "string" },
    export: { type: "string", default: "embedded" },
    "export-only": { type: "boolean", default: false },
  },
});

function number(name: Exclude<keyof typeof values, "export-only">, fallback: number): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0)
    throw new EspalierError(`--${name} is "${text}"; it wants a number from 0 up.`);
  return value;
}

try {
  const { backend } = await useBackend();
  console.log(`Backend: ${backend}.`);
  let stop = false;
  process.once("SIGINT", () => {
    stop = true;
    console.log("Stopping after this step; the same command goes on from here.");
  });
  const plan = {
    directory: values.directory,
    seed: number("seed", DEFAULT_PLAN.seed),
    batch: number("batch", DEFAULT_PLAN.batch),
    questions: number("questions", DEFAULT_PLAN.questions),
    labelSteps: number("label-steps", DEFAULT_PLAN.labelSteps),
    steps: number("steps", DEFAULT_PLAN.steps),
    decayShare: number("decay-share", DEFAULT_PLAN.decayShare),
    learningRate: number("learning-rate", DEFAULT_PLAN.learningRate),
    initial: values.initial,
  };
  if (!values["export-only"])
    await trainEmbedded(
      plan,
      (line) => console.log(line),
      () => stop,
    );
  exportEmbedded(path.join(plan.directory, "state.safetensors"), path.join(plan.directory, "log.jsonl"), values.export);
  console.log(`The model is in ${values.export}.`);
} catch (error) {
  if (!(error instanceof EspalierError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
