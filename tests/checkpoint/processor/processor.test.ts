import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import {
  openSafetensors,
  Processor,
  parseImageProcessorConfig,
  patchImages,
  readImageProcessorConfig,
} from "../../../src/checkpoint/index.js";
import { preprocessCommand } from "../../../src/cli/preprocess.js";
import { expectSentence, expectSentenceAsync, golden, goldenJson, pattern, scratchFolder, sha256 } from "../support.js";

interface Goldens {
  cases: {
    name: string;
    images: [number, number][];
    question: string;
    answer: string;
    system?: string;
    promptLength: number;
    inputIds: number[];
    gridThw: number[][];
    pixelValues: string | null;
    decoded: string;
  }[];
  variants: { options: Record<string, unknown>; gridThw: number[][]; pixelValues: string }[];
}
const { cases, variants } = goldenJson<Goldens>("processor.json");

describe("processor", () => {
  const folder = scratchFolder();
  const processor = Processor.fromDirectory(golden("qwen"));
  /** A copy of the golden checkpoint with one file changed (null: removed). */
  let copies = 0;
  function changed(name: string, text: string | null): string {
    const directory = path.join(folder, String(copies++));
    fs.cpSync(golden("qwen"), directory, { recursive: true });
    if (text === null) fs.rmSync(path.join(directory, name));
    else fs.writeFileSync(path.join(directory, name), text);
    return directory;
  }

  for (const one of cases) {
    it(`encodes "${one.name}" as Qwen2_5_VLProcessor does`, () => {
      const images = one.images.map(([width, height]) => pattern(width, height, 9));
      const { system } = one;
      const input = { images, question: one.question, answer: one.answer, ...(system === undefined ? {} : { system }) };
      const encoded = processor.encode(input);
      assert.deepEqual([...encoded.inputIds], one.inputIds);
      assert.equal(encoded.promptLength, one.promptLength);
      assert.deepEqual(
        encoded.gridThw.map((grid) => [...grid]),
        one.gridThw,
      );
      assert.equal(encoded.patchWidth, 1176);
      if (one.pixelValues !== null) assert.equal(sha256(encoded.pixelValues), one.pixelValues);
      else assert.equal(encoded.pixelValues.length, 0);
      const { answer: _, ...prompt } = input;
      assert.deepEqual([...processor.encode(prompt).inputIds], one.inputIds.slice(0, one.promptLength));
      assert.equal(processor.decode(encoded.inputIds), one.decoded);
    });
  }

  for (const { options, gridThw, pixelValues } of variants) {
    it(`cuts patches as transformers with ${JSON.stringify(options)}`, () => {
      const patched = patchImages([pattern(91, 64, 2)], parseImageProcessorConfig(options, "p"));
      assert.deepEqual(
        patched.gridThw.map((grid) => [...grid]),
        gridThw,
      );
      assert.equal(sha256(patched.pixelValues), pixelValues);
    });
  }

  it("takes min_pixels and max_pixels by their other names", () => {
    const type = { image_processor_type: "Qwen2VLImageProcessorFast" };
    const config = parseImageProcessorConfig({ ...type, size: { shortest_edge: 784, longest_edge: 7840 } }, "p");
    assert.deepInclude(config, { minPixels: 784, maxPixels: 7840, patchSize: 14, filter: "bicubic" });
    const both = parseImageProcessorConfig(
      { ...type, size: { shortest_edge: 1, longest_edge: 2 }, min_pixels: 3136, max_pixels: 6272 },
      "p",
    );
    assert.deepInclude(both, { minPixels: 3136, maxPixels: 6272 });
    const directory = path.join(folder, "newer");
    fs.mkdirSync(directory);
    fs.writeFileSync(
      path.join(directory, "processor_config.json"),
      JSON.stringify({ image_processor: { ...type, max_pixels: 5000 } }),
    );
    assert.deepInclude(readImageProcessorConfig(directory), { maxPixels: 5000 });
  });

  it("takes the chat template from wherever transformers keeps it", () => {
    const template = fs.readFileSync(golden("qwen", "chat_template.jinja"), "utf8");
    const [one] = cases.filter((c) => c.name === "none");
    const stores: [string, unknown][] = [
      ["chat_template.json", { chat_template: template }],
      ["tokenizer_config.json", { chat_template: template }],
      [
        "tokenizer_config.json",
        {
          chat_template: [
            { name: "tools", template: "x" },
            { name: "default", template },
          ],
        },
      ],
    ];
    for (const [name, value] of stores) {
      const directory = changed("chat_template.jinja", null);
      const file = path.join(directory, name);
      const before = fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as object) : {};
      fs.writeFileSync(file, JSON.stringify({ ...before, ...(value as object) }));
      const { inputIds } = Processor.fromDirectory(directory).encode({
        images: [],
        question: one!.question,
        answer: one!.answer,
      });
      assert.deepEqual([...inputIds], one!.inputIds, name);
    }
  });

  it("says what is missing or contradictory", () => {
    const refuse = (name: string, text: string | null, wanted: RegExp) =>
      expectSentence(() => Processor.fromDirectory(changed(name, text)), wanted);
    refuse("chat_template.jinja", null, /no chat template; add chat_template\.jinja/);
    refuse("tokenizer.json", null, /tokenizer\.json: it does not exist/);
    refuse("tokenizer.json", "{}", /no model with a vocabulary/);
    refuse("tokenizer.json", '{"model":{"type":"Nonsense","vocab":{}}}', /cannot be used|no model/);
    refuse("preprocessor_config.json", null, /preprocessor_config\.json: it does not exist/);
    const type = `"image_processor_type":"Qwen2VLImageProcessor"`;
    refuse("preprocessor_config.json", "{}", /no image_processor_type; supported: Qwen2VL/);
    refuse(
      "preprocessor_config.json",
      '{"image_processor_type":"ViTImageProcessor"}',
      /unknown image processor "ViTImageProcessor"/,
    );
    refuse(
      "preprocessor_config.json",
      '{"image_processor_type":"CLIPImageProcessor"}',
      /contradicts itself: config\.json is of qwen2_5_vl, .* kind qwen2_vl .* names one of the kind clip/,
    );
    refuse(
      "preprocessor_config.json",
      `{${type},"patch_size":16}`,
      /patch_size is 16 in preprocessor_config\.json and 14 in config\.json/,
    );
    refuse("preprocessor_config.json", `{${type},"resample":0}`, /resample is 0/);
    refuse("preprocessor_config.json", `{${type},"image_std":[1,0,1]}`, /image_std/);
    refuse("preprocessor_config.json", `{${type},"min_pixels":99999999}`, /more than max_pixels/);
    expectSentence(() => processor.encode({ images: [], question: "<|image_pad|>" }), /1 image tokens for 0 pictures/);
    expectSentence(() => processor.encode({ images: [pattern(300, 1, 0)], question: "" }), /too elongated/);
    const off = parseImageProcessorConfig({ image_processor_type: "Qwen2VLImageProcessor", do_resize: false }, "p");
    expectSentence(() => patchImages([pattern(30, 28, 0)], off), /do_resize is off/);
  });

  it("survives any preprocessor_config.json", () => {
    const key = fc.constantFrom(
      "size",
      "min_pixels",
      "max_pixels",
      "patch_size",
      "merge_size",
      "image_mean",
      "image_std",
      "resample",
      "do_resize",
      "rescale_factor",
      "temporal_patch_size",
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.integer(), fc.double())), (json) => {
        try {
          patchImages(
            [pattern(20, 30, 0)],
            parseImageProcessorConfig(
              { max_pixels: 5000, ...json, image_processor_type: "Qwen2VLImageProcessor" },
              "p",
            ),
          );
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 300, seed: 8 },
    );
  });
});

describe("espalier preprocess", () => {
  const folder = scratchFolder();
  const run = (...args: string[]) => preprocessCommand().exitOverride().parseAsync(args, { from: "user" });

  it("writes what transformers' processor gives", async () => {
    const out = path.join(folder, "out.safetensors");
    await run("--model", golden("qwen"), "--image", golden("qwen-picture.png"), "--out", out);
    const written = openSafetensors(out);
    const wanted = openSafetensors(golden("pixel_values.safetensors"));
    assert.equal(written.info("pixel_values").dtype, "F32");
    assert.equal(written.info("image_grid_thw").dtype, "I64");
    assert.deepEqual(written.info("pixel_values").shape, wanted.info("pixel_values.one").shape);
    assert.deepEqual(written.readFloat32("pixel_values"), wanted.readFloat32("pixel_values.one"));
    assert.deepEqual([[...written.readInt32("image_grid_thw")]], cases.find((one) => one.name === "one")!.gridThw);
    written.close();
    wanted.close();
  });

  it("ends with a sentence when something is missing", async () => {
    const picture = golden("qwen-picture.png");
    await expectSentenceAsync(
      () => run("--model", folder, "--image", picture, "--out", path.join(folder, "x")),
      /preprocessor_config\.json: it does not exist/,
    );
    await expectSentenceAsync(
      () => run("--model", golden("qwen"), "--image", "none.png", "--out", path.join(folder, "x")),
      /none\.png/,
    );
    await expectSentenceAsync(
      () => run("--model", golden("qwen"), "--image", picture, "--out", path.join(folder, "no", "x")),
      /Cannot write/,
    );
  });
});
