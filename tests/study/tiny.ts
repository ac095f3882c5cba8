/** A checkpoint of a few thousand random weights, and samples for it: what the tests of studies and of the command line run on. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import {
  Processor,
  parseConfig,
  type Qwen25VlConfig,
  type TensorToWrite,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { Qwen25Vl } from "../../src/models/index.js";
import { type EncodedSample, embeddedItems, type Split, VOCABULARY, writeSamples } from "../../src/tasks/index.js";
import { Random, useBackend } from "../../src/tensor/index.js";

const id = (word: string) => VOCABULARY.indexOf(word);
export const LAYERS = 4;

const CONFIG = {
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  model_type: "qwen2_5_vl",
  image_token_id: id("<img>"),
  video_token_id: 127,
  vision_start_token_id: id("<vs>"),
  vision_end_token_id: id("<ve>"),
  bos_token_id: id("<bos>"),
  eos_token_id: id("<eos>"),
  pad_token_id: id("<pad>"),
  tie_word_embeddings: true,
  text_config: {
    model_type: "qwen2_5_vl_text",
    hidden_act: "silu",
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: LAYERS,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    vocab_size: 128,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    rope_scaling: { type: "mrope", mrope_section: [2, 3, 3] },
    max_position_embeddings: 512,
    tie_word_embeddings: true,
  },
  vision_config: {
    model_type: "qwen2_5_vl",
    hidden_act: "silu",
    depth: 2,
    hidden_size: 16,
    num_heads: 2,
    intermediate_size: 24,
    in_channels: 3,
    patch_size: 14,
    temporal_patch_size: 2,
    spatial_merge_size: 2,
    window_size: 56,
    fullatt_block_indexes: [1],
    out_hidden_size: 32,
    tokens_per_second: 4,
  },
};

const TEMPLATE =
  "{%- for message in messages -%}{%- for part in message.content -%}" +
  "{%- if part.type == 'image' -%}<vs> <img> <ve> {% else %}{{ part.text }}{%- endif -%}{%- endfor -%}" +
  "{%- if message.role == 'assistant' %} <eos>{%- endif -%}{%- endfor -%}";

/** A folder that the caller removes. */
export function temporaryFolder(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), "espalier-study-"));
}

/** Weights large enough that attention is far from uniform and pruning shows. */
async function writeWeights(file: string): Promise<void> {
  await useBackend();
  const tensors: Record<string, TensorToWrite> = {};
  const model = new Qwen25Vl(parseConfig(CONFIG, {}, "config.json") as Qwen25VlConfig, {
    has: (name) => name.startsWith("model.language_model.") || name.startsWith("model.visual."),
    read(name, shape) {
      const random = new Random(7).fork(name);
      const size = shape.reduce((a, b) => a * b, 1);
      const scale = shape.length === 1 ? 0.1 : name.includes("embed_tokens") ? 0.35 : 1.8 / Math.sqrt(size / shape[0]);
      const centre = shape.length === 1 && name.endsWith("weight") ? 1 : 0;
      const data = Float32Array.from({ length: size }, () => centre + scale * random.normal());
      tensors[name] = { dtype: "F32", shape: [...shape], data };
      return data;
    },
  });
  model.dispose();
  writeSafetensors(file, tensors);
}

/** Writes the checkpoint into a folder; pictures become 3 × 3 visual tokens. */
export async function writeCheckpoint(directory: string): Promise<void> {
  fs.mkdirSync(directory, { recursive: true });
  const write = (name: string, content: object | string) =>
    fs.writeFileSync(path.join(directory, name), typeof content === "string" ? content : JSON.stringify(content));
  write("config.json", CONFIG);
  write("chat_template.jinja", TEMPLATE);
  write("preprocessor_config.json", {
    image_processor_type: "Qwen2VLImageProcessor",
    patch_size: 14,
    merge_size: 2,
    temporal_patch_size: 2,
    min_pixels: 784,
    max_pixels: 84 * 84,
  });
  write("tokenizer.json", {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: { type: "WhitespaceSplit" },
    post_processor: null,
    decoder: null,
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(VOCABULARY.map((word, i) => [word, i])),
      unk_token: "<pad>",
    },
  });
  write("tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    eos_token: "<eos>",
    pad_token: "<pad>",
  });
  await writeWeights(path.join(directory, "model.safetensors"));
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
): Promise<{ model: string; samples: string }> {
  const model = path.join(folder, "model");
  const samples = path.join(folder, "samples.safetensors");
  await writeCheckpoint(model);
  writeSamples(samples, encodeSamples(model, sizes));
  return { model, samples };
}
