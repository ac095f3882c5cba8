import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import { Processor, type PromptInput, visualTokens } from "../../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, pattern, scratchFolder, sha256 } from "../support.js";

interface Golden {
  name: string;
  images: [number, number][];
  question: string;
  answer: string;
  system?: string;
  prompt: string;
  promptLength: number;
  inputIds: number[];
  gridThw: number[][];
  pixelValues: string | null;
  decoded: string;
}

/** Visual tokens of one picture of each golden checkpoint. */
const TOKENS: Readonly<Record<string, number>> = { llava: 16, "llava-legacy": 16, gemma3: 4 };

for (const [checkpoint, cases] of Object.entries(goldenJson<Record<string, Golden[]>>("prompts.json"))) {
  describe(`prompts of ${checkpoint}`, () => {
    const processor = Processor.fromDirectory(golden(checkpoint));

    for (const one of cases) {
      it(`are encoded as transformers does: "${one.name}"`, () => {
        const images = one.images.map(([width, height]) => pattern(width, height, 9));
        const { question, answer, system } = one;
        const prompt: PromptInput = { images, question, ...(system === undefined ? {} : { system }) };
        const encoded = processor.encode({ ...prompt, answer });
        assert.deepEqual([...encoded.inputIds], one.inputIds);
        assert.equal(encoded.promptLength, one.promptLength);
        assert.deepEqual(
          encoded.gridThw.map((grid) => [...grid]),
          one.gridThw,
        );
        assert.equal(encoded.patchWidth, 588);
        if (one.pixelValues === null) assert.equal(encoded.pixelValues.length, 0);
        else assert.equal(sha256(encoded.pixelValues), one.pixelValues);
        assert.equal(processor.decode(encoded.inputIds), one.decoded);
        assert.deepEqual([...processor.encode(prompt).inputIds], one.inputIds.slice(0, one.promptLength));
      });
    }

    it("have as many image tokens as the model gives visual tokens", () => {
      const { inputIds, gridThw } = processor.encode({ images: [pattern(9, 9, 0), pattern(5, 20, 0)], question: "?" });
      const { image } = processor.config.tokens;
      assert.deepEqual(
        gridThw.map((grid) => visualTokens(processor.config, grid)),
        [TOKENS[checkpoint], TOKENS[checkpoint]],
      );
      assert.equal(inputIds.filter((id) => id === image).length, 2 * TOKENS[checkpoint]!);
    });

    it("begin with one bos", () => {
      const { bos } = processor.config.tokens;
      const { inputIds } = processor.encode({ images: [], question: "?" });
      assert.equal(inputIds[0], bos);
      assert.equal(inputIds.filter((id) => id === bos).length, 1);
    });
  });
}

describe("a checkpoint's files", () => {
  const folder = scratchFolder();
  let copies = 0;
  function changed(checkpoint: string, file: string, change: (json: Record<string, unknown>) => void): string {
    const directory = path.join(folder, String(copies++));
    fs.cpSync(golden(checkpoint), directory, { recursive: true });
    const json = JSON.parse(fs.readFileSync(path.join(directory, file), "utf8")) as Record<string, unknown>;
    change(json);
    fs.writeFileSync(path.join(directory, file), JSON.stringify(json));
    return directory;
  }
  const refuse = (checkpoint: string, file: string, change: (json: Record<string, unknown>) => void, wanted: RegExp) =>
    expectSentence(() => {
      const processor = Processor.fromDirectory(changed(checkpoint, file, change));
      return processor.encode({ images: [pattern(20, 20, 0)], question: "?" });
    }, wanted);

  it("must say the same", () => {
    const images = "preprocessor_config.json";
    refuse(
      "llava",
      images,
      (json) => (json["crop_size"] = 70),
      /height of a prepared picture is 70 in .* and 56 in conf/,
    );
    refuse("llava", images, (json) => (json["do_center_crop"] = false), /prepared picture is "not fixed" in prep/);
    refuse("gemma3", images, (json) => (json["size"] = { height: 56, width: 70 }), /width of a prepared picture is 70/);
    refuse("gemma3", images, (json) => (json["do_resize"] = false), /prepared picture is "not fixed" in prep/);
    refuse(
      "gemma3",
      images,
      (json) => (json["image_processor_type"] = "CLIPImageProcessor"),
      /of gemma3, whose pictures a processor of the kind siglip prepares, but .* the kind clip/,
    );
    const beside = "processor_config.json";
    refuse(
      "llava",
      beside,
      (json) => (json["patch_size"] = 16),
      /patch_size is 16 in processor_config\.json and 14 in/,
    );
    refuse(
      "llava",
      beside,
      (json) => (json["vision_feature_select_strategy"] = "full"),
      /select_strategy is "full" in/,
    );
    refuse(
      "gemma3",
      beside,
      (json) => (json["image_seq_length"] = 256),
      /image_seq_length is 256 in .* and 4 in config/,
    );
  });

  it("may leave a checkpoint without processor_config.json", () => {
    const directory = changed("gemma3", "processor_config.json", () => undefined);
    fs.rmSync(path.join(directory, "processor_config.json"));
    assert.equal(Processor.fromDirectory(directory).imageConfig.kind, "siglip");
  });

  it("must have the placeholders that config.json names", () => {
    const image = "config.json";
    refuse(
      "gemma3",
      image,
      (json) => (json["eoi_token_index"] = 9999),
      /names the image token 9999, which tokenizer\.json/,
    );
    refuse("llava", image, (json) => (json["image_token_index"] = 5), /has 0 image tokens for 1 pictures/);
  });

  it("must leave placeholders to the chat template", () => {
    const ask = (checkpoint: string, question: string, wanted: RegExp) =>
      expectSentence(() => Processor.fromDirectory(golden(checkpoint)).encode({ images: [], question }), wanted);
    ask("llava", "What is <image>?", /1 image tokens for 0 pictures; .* the question none/);
    ask("gemma3", "What is <start_of_image>?", /1 image tokens for 0 pictures/);
    ask("gemma3", "What is <image_soft_token>?", /1 image tokens for 0 pictures/);
  });
});
