/** A checkpoint of a few thousand random weights, and samples for it: what the tests of studies and of the command line run on. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  type ModelConfig,
  Processor,
  parseConfig,
  type TensorToWrite,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { buildModel } from "../../src/models/index.js";
import { type EncodedSample, embeddedItems, type Split, VOCABULARY, writeSamples } from "../../src/tasks/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";
import { TINY_ARCHITECTURES } from "./tinyArchitectures.js";

export { LAYERS } from "./tinyArchitectures.js";

/** A folder that the caller removes. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "espalier-study-"));
}

/** Random weights, large enough that attention is far from uniform and pruning shows. @param dtype in the file. */
export async function writeWeights(
  directory: string,
  config: ModelConfig,
  dtype: "F32" | "BF16" = "F32",
): Promise<void> {
  await useBackend();
  const tensors: Record<string, TensorToWrite> = {};
  const model = buildModel(config, {
    // Names as transformers writes them today.
    has: (name) => name.startsWith("model.language_model.") || name.startsWith("model.visual."),
    read(name, shape) {
      const random = new Random(7).fork(name);
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = shape.length === 1 ? 0.1 : name.includes("embed_tokens") ? 0.35 : 1.8 / Math.sqrt(size / shape[0]);
      // Gemma 3 stores its norms as their distance from one.
      const norm = config.architecture === "gemma3" && !name.includes("vision_tower") ? 0 : 1;
      const centre = shape.length === 1 && name.endsWith("weight") ? norm : 0;
      const data = Float32Array.from({ length: size }, () => centre + scale * random.normal());
      tensors[name] = { dtype, shape: [...shape], data };
      return data;
    },
  });
  model.dispose();
  writeSafetensors(path.join(directory, "model.safetensors"), tensors, { format: "pt" });
}

/** Writes a checkpoint into a folder. @param architecture default Qwen2.5-VL. */
export async function writeCheckpoint(
  directory: string,
  architecture: ModelConfig["architecture"] = "qwen2_5_vl",
): Promise<void> {
  fs.mkdirSync(directory, { recursive: true });
  const { config, preprocessor, template } = TINY_ARCHITECTURES[architecture];
  const write = (name: string, content: object | string) =>
    fs.writeFileSync(path.join(directory, name), typeof content === "string" ? content : JSON.stringify(content));
  write("config.json", config);
  write("chat_template.jinja", template);
  write("preprocessor_config.json", preprocessor);
  const vocab = Object.fromEntries(VOCABULARY.map((word, i) => [word, i]));
  write("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: ["<vs>", "<img>", "<ve>"].map((content) => ({
      id: vocab[content],
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: false,
    })),
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: { type: "WordLevel", vocab, unk_token: "<pad>" },
  });
  write("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: "<eos>",
    pad_token: "<pad>",
  });
  await writeWeights(directory, parseConfig(config, {}, "config.json"));
}

/** Samples of three tasks, encoded by the checkpoint's processor; splits in the order given. */
export function encodeSamples(directory: string, sizes: Partial<Record<Split, number>>): EncodedSample[] {
  const processor = Processor.fromDirectory(directory);
  return (Object.entries(sizes) as [Split, number][]).flatMap(([split, count]) =>
    embeddedItems(split, count, { tasks: ["count", "existence", "attribute"] }).map(
      ({ id, task, images, question, answers }): EncodedSample => ({
        id,
        task,
        split,
        ...processor.encode({ images, question, answer: answers[0] }),
      }),
    ),
  );
}

/** Checkpoint and samples file in one folder: `model/` and `samples.safetensors`. */
export async function writeTiny(
  folder: string,
  sizes: Partial<Record<Split, number>>,
  architecture?: ModelConfig["architecture"],
): Promise<{ model: string; samples: string }> {
  const model = path.join(folder, "model");
  const samples = path.join(folder, "samples.safetensors");
  await writeCheckpoint(model, architecture);
  writeSamples(samples, encodeSamples(model, sizes));
  return { model, samples };
}
