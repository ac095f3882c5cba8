import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import {
  type ContentPart,
  Processor,
  parseVideoProcessorConfig,
  patchVideos,
  type RgbImage,
  readVideoProcessorConfig,
  type Video,
  visualTokens,
} from "../../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, pattern, scratchFolder, sha256 } from "../support.js";

type Part = { image: [number, number] } | { video: [number, number, number, number] } | { text: string };

interface Goldens {
  videos: {
    options: Record<string, unknown>;
    sizes: [number, number, number][];
    gridThw: number[][];
    pixelValues: string;
  }[];
  prompts: {
    name: string;
    before: Part[];
    question: string;
    inputIds: number[];
    gridThw: number[][];
    secondsPerGrid: number[];
    pixelValues: string;
  }[];
}
const { videos, prompts } = goldenJson<Goldens>("video.json");

/** The video that the golden script's `frames` makes. */
function video(width: number, height: number, count: number, seed: number, fps = 1): Video {
  return { frames: Array.from({ length: count }, (_, i) => pattern(width, height, seed + i)), fps };
}

describe("videos", () => {
  const folder = scratchFolder();
  const processor = Processor.fromDirectory(golden("qwen"));

  for (const { options, sizes, gridThw, pixelValues } of videos) {
    it(`are cut into patches as transformers does with ${JSON.stringify(options)}`, () => {
      const given = sizes.map(([width, height, count], i) => video(width, height, count, i));
      const patched = patchVideos(given, parseVideoProcessorConfig(options, "p"));
      assert.deepEqual(
        patched.gridThw.map((grid) => [...grid]),
        gridThw,
      );
      assert.equal(sha256(patched.pixelValues), pixelValues);
    });
  }

  for (const one of prompts) {
    it(`are encoded as Qwen2_5_VLProcessor does: "${one.name}"`, () => {
      const before = one.before.map((part): ContentPart => {
        if ("text" in part) return { type: "text", text: part.text };
        return { type: "image" in part ? "image" : "video" };
      });
      const images = one.before.flatMap((part) => ("image" in part ? [pattern(...part.image, 9)] : []));
      const given = one.before.flatMap((part) => {
        if (!("video" in part)) return [];
        const [width, height, count, fps] = part.video;
        return [video(width, height, count, 9, fps)];
      });
      const { question } = one;
      const encoded = processor.encode({ images, videos: given, before, question, answer: "red" });
      assert.deepEqual([...encoded.inputIds.subarray(0, encoded.promptLength)], one.inputIds);
      assert.deepEqual(
        encoded.gridThw.map((grid) => [...grid]),
        one.gridThw,
      );
      // transformers gives them as float32.
      assert.deepEqual(encoded.secondsPerGrid.map(Math.fround), one.secondsPerGrid);
      assert.equal(encoded.patchWidth, 1176);
      assert.equal(sha256(encoded.pixelValues), one.pixelValues);
      const { image: imageId, video: videoId } = processor.config.tokens as { image: number; video: number };
      const visual = encoded.inputIds.filter((id) => id === imageId || id === videoId).length;
      const wanted = encoded.gridThw.reduce((sum, grid) => sum + visualTokens(processor.config, grid), 0);
      assert.equal(visual, wanted);
    });
  }

  it("follow the pictures where no order is given", () => {
    const images = [pattern(57, 57, 9)];
    const given = [video(64, 64, 3, 9, 24)];
    const one = prompts.find(({ name }) => name === "pictures first")!;
    const { inputIds, secondsPerGrid } = processor.encode({ images, videos: given, question: one.question });
    assert.deepEqual([...inputIds], one.inputIds);
    assert.deepEqual([...secondsPerGrid], [2 / 24]);
    assert.deepEqual([...processor.encode({ images, question: "?" }).secondsPerGrid], []);
  });

  it("repeat the last frame until the last patch is full", () => {
    const config = parseVideoProcessorConfig({ temporal_patch_size: 3, min_pixels: 784, max_pixels: 784 }, "p");
    const [a, b, c, d] = video(28, 28, 4, 0).frames;
    const short = patchVideos([{ frames: [a!, b!, c!, d!], fps: 1 }], config);
    const full = patchVideos([{ frames: [a!, b!, c!, d!, d!, d!], fps: 1 }], config);
    assert.deepEqual([...short.gridThw[0]!], [2, 2, 2]);
    assert.equal(sha256(short.pixelValues), sha256(full.pixelValues));
  });

  it("have their own settings where the checkpoint has them", () => {
    const directory = path.join(folder, "settings");
    fs.cpSync(golden("qwen"), directory, { recursive: true });
    assert.deepInclude(readVideoProcessorConfig(directory), { minPixels: 3136, maxPixels: 31360 });
    const write = (name: string, json: object) => fs.writeFileSync(path.join(directory, name), JSON.stringify(json));
    write("video_preprocessor_config.json", { video_processor_type: "Qwen2VLVideoProcessor", max_pixels: 200704 });
    assert.deepInclude(readVideoProcessorConfig(directory), { minPixels: 128 * 784, maxPixels: 200704 });
    write("video_preprocessor_config.json", { size: { shortest_edge: 784, longest_edge: 1568 } });
    assert.deepInclude(Processor.fromDirectory(directory).videoConfig, { minPixels: 784, maxPixels: 1568 });
    write("video_preprocessor_config.json", { patch_size: 16 });
    const ask = () =>
      Processor.fromDirectory(directory).encode({ images: [], videos: [video(9, 9, 1, 0)], question: "" });
    expectSentence(ask, /patch_size is 16 in the settings for videos and 14 in config\.json/);
    write("video_preprocessor_config.json", { video_processor_type: "Glm4vVideoProcessor" });
    expectSentence(ask, /unknown video processor "Glm4vVideoProcessor"; supported: Qwen2VLVideoProcessor/);
    write("video_preprocessor_config.json", { resample: 1 });
    expectSentence(ask, /resample is 1 \(lanczos\)/);
    for (const name of ["video_preprocessor_config.json", "preprocessor_config.json"]) {
      fs.rmSync(path.join(directory, name));
    }
    write("processor_config.json", { video_processor: { min_pixels: 784, max_pixels: 7840 } });
    assert.deepInclude(readVideoProcessorConfig(directory), { minPixels: 784, maxPixels: 7840 });
    fs.rmSync(path.join(directory, "processor_config.json"));
    expectSentence(() => readVideoProcessorConfig(directory), /video_preprocessor_config\.json: it does not exist/);
  });

  it("survive any settings", () => {
    const key = fc.constantFrom(
      ...["size", "min_pixels", "max_pixels", "patch_size", "merge_size", "temporal_patch_size", "image_mean"],
      ...["image_std", "resample", "do_resize", "do_normalize", "rescale_factor", "video_processor_type"],
    );
    fc.assert(
      fc.property(fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.integer(), fc.double())), (json) => {
        try {
          patchVideos(
            [video(20, 30, 3, 0)],
            parseVideoProcessorConfig({ min_pixels: 784, max_pixels: 5000, ...json }, "p"),
          );
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 200, seed: 9 },
    );
  });

  it("that are none are refused in a sentence", () => {
    const refuse = (given: Video, wanted: RegExp) =>
      expectSentence(() => processor.encode({ images: [], videos: [given], question: "?" }), wanted);
    refuse({ frames: [], fps: 2 }, /^A video has no frames; give at least one/);
    for (const fps of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      refuse({ ...video(9, 9, 2, 0), fps }, /^A video has (0|-1|NaN|Infinity) frames per second; a number above 0/);
    }
    refuse(
      { frames: [pattern(9, 9, 0), pattern(9, 9, 0), pattern(9, 8, 0)], fps: 1 },
      /first frame has 9 × 9 pixels and its frame 3 has 9 × 8; all frames must have one size/,
    );
    refuse(video(300, 1, 1, 0), /too elongated/);
    const long = parseVideoProcessorConfig({ do_resize: false, patch_size: 250, merge_size: 1 }, "p");
    const frames = new Array<RgbImage>(120).fill(pattern(1750, 1750, 0));
    expectSentence(
      () => patchVideos([{ frames, fps: 1 }], long),
      /come to 2940 patches of 375000 numbers, more than 4 GiB/,
    );
    const one = video(9, 9, 1, 0);
    const ask = (input: object, wanted: RegExp) =>
      expectSentence(() => processor.encode({ images: [], question: "?", ...input }), wanted);
    ask({ videos: [one], before: [] }, /has 0 parts of the type video, but 1 are given/);
    ask({ before: [{ type: "image" }] }, /has 1 parts of the type image, but 0 are given/);
    ask({ question: "<|video_pad|>" }, /1 video tokens for 0 videos/);
    for (const checkpoint of ["llava", "gemma3"]) {
      expectSentence(
        () => Processor.fromDirectory(golden(checkpoint)).encode({ images: [], videos: [one], question: "?" }),
        /is of (llava|gemma3), which reads no videos; give some frames as pictures/,
      );
    }
  });
});
