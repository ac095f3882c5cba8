import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import { parseImageProcessorConfig, patchImages, readImageProcessorConfig } from "../../../src/checkpoint/index.js";
import { expectSentence, golden, goldenJson, pattern, scratchFolder, sha256 } from "../support.js";

interface Golden {
  options: Record<string, unknown>;
  patchSize: number;
  sizes: [number, number][];
  grid: number[];
  pixelValues: string;
}

describe("image processors with one picture size", () => {
  const folder = scratchFolder();

  for (const { options, patchSize, sizes, grid, pixelValues } of goldenJson<Golden[]>("images.json")) {
    it(`cut patches as transformers with ${JSON.stringify(options)}`, () => {
      const pictures = sizes.map(([width, height], i) => pattern(width, height, i));
      const patched = patchImages(pictures, parseImageProcessorConfig(options, "p", patchSize));
      assert.deepEqual(
        patched.gridThw.map((one) => [...one]),
        sizes.map(() => grid),
      );
      assert.equal(patched.patchWidth, 3 * patchSize ** 2);
      assert.equal(sha256(patched.pixelValues), pixelValues);
    });
  }

  it("give LLaVA's picture 24 × 24 rows of 588 numbers", () => {
    const options = { image_processor_type: "CLIPImageProcessor", size: { shortest_edge: 336 }, crop_size: 336 };
    const patched = patchImages([pattern(50, 80, 1)], parseImageProcessorConfig(options, "p", 14));
    assert.deepEqual([...patched.gridThw[0]!], [1, 24, 24]);
    assert.equal(patched.patchWidth, 588);
    assert.equal(patched.pixelValues.length, 576 * 588);
    assert.deepEqual(patchImages([], parseImageProcessorConfig(options, "p", 14)).gridThw, []);
  });

  it("are known by their other names", () => {
    const config = (type: string) => parseImageProcessorConfig({ image_processor_type: type }, "p", 14);
    for (const type of ["CLIPImageProcessorFast", "CLIPFeatureExtractor", "LlavaImageProcessorFast"]) {
      assert.deepInclude(config(type), { kind: "clip", filter: "bicubic", doPad: false, size: { shortestEdge: 224 } });
    }
    assert.deepInclude(config("SiglipImageProcessorFast"), { kind: "siglip", filter: "bicubic", patchSize: 14 });
    assert.deepInclude(config("Gemma3ImageProcessorFast"), { kind: "siglip", filter: "bilinear" });
    const older = { feature_extractor_type: "CLIPFeatureExtractor", size: 336, crop_size: 336 };
    assert.deepInclude(parseImageProcessorConfig(older, "p", 14), {
      size: { shortestEdge: 336 },
      cropSize: { height: 336, width: 336 },
    });
    const clip = { image_processor_type: "CLIPImageProcessor", do_pad: true };
    assert.deepInclude(parseImageProcessorConfig(clip, "p", 14), { doPad: false });
  });

  it("take the patch size from config.json", () => {
    const directory = path.join(folder, "llava");
    fs.mkdirSync(directory);
    const [whole] = goldenJson<{ name: string; source: object }[]>("configs.json").filter(
      ({ name }) => name === "llava_whole",
    );
    const text = JSON.stringify({ image_processor_type: "CLIPImageProcessor", crop_size: 56 });
    fs.writeFileSync(path.join(directory, "preprocessor_config.json"), text);
    expectSentence(() => readImageProcessorConfig(directory), /config\.json: it does not exist/);
    fs.writeFileSync(path.join(directory, "config.json"), JSON.stringify(whole!.source));
    assert.deepInclude(readImageProcessorConfig(directory), { kind: "clip", patchSize: 14 });
    assert.deepInclude(readImageProcessorConfig(golden("qwen")), { kind: "qwen2_vl", patchSize: 14 });
  });

  it("say what is wrong", () => {
    const refuse = (type: string, options: object, wanted: RegExp, size: [number, number] = [30, 20]) =>
      expectSentence(() => {
        const config = parseImageProcessorConfig({ image_processor_type: type, ...options }, "dir/p.json", 14);
        return patchImages([pattern(...size, 0)], config);
      }, wanted);
    const clip = (options: object, wanted: RegExp, size?: [number, number]) =>
      refuse("CLIPImageProcessor", options, wanted, size);
    clip({ size: { longest_edge: 5 } }, /dir\/p\.json: size is \{"longest_edge":5\}; height and width from 1 to 4096/);
    clip({ size: { shortest_edge: 0 } }, /size is \{"shortest_edge":0\}; a shortest edge from 1/);
    clip({ size: "big" }, /size is "big"; height and width/);
    clip({ crop_size: { shortest_edge: 56 } }, /crop_size is \{"shortest_edge":56\}; height and width/);
    clip({ crop_size: 5000 }, /crop_size is 5000/);
    clip({ crop_size: 57 }, /comes to 57 × 57 pixels, which cannot be cut into patches of 14 × 14/);
    clip({ do_center_crop: false }, /comes to 347 × 224 pixels.*patches of 14/, [31, 20]);
    clip({ size: { shortest_edge: 4096 } }, /picture of 1 × 60000 pixels is too elongated.*Crop it/, [1, 60000]);
    clip({ image_std: 0 }, /image_std is \[0,0,0\]/);
    clip({ resample: 0 }, /resample is 0/);
    clip({ do_resize: "yes" }, /do_resize is "yes"; expected boolean/);
    refuse("LlavaImageProcessor", { do_pad: true, image_mean: [2, 0, 0] }, /image_mean is \[2,0,0\] and colours/);
    const gemma = (options: object, wanted: RegExp) => refuse("Gemma3ImageProcessor", options, wanted);
    gemma({ do_pan_and_scan: true }, /do_pan_and_scan is true.*set it to false/);
    gemma({ size: { shortest_edge: 56 } }, /size is \{"shortest_edge":56\}; height and width/);
    gemma({ do_resize: false }, /comes to 30 × 20 pixels/);
    expectSentence(
      () => parseImageProcessorConfig({ image_processor_type: "CLIPImageProcessor" }, "dir/p.json"),
      /dir\/p\.json has no patch size; it is in vision_config of config\.json/,
    );
    expectSentence(() => parseImageProcessorConfig({}, "p"), /p has no image_processor_type; supported: Qwen2VL.*CLIP/);
    refuse("ViTImageProcessor", {}, /unknown image processor "ViTImageProcessor"; supported/);
  });

  it("survive any preprocessor_config.json", () => {
    const key = fc.constantFrom(
      ...["size", "crop_size", "do_center_crop", "do_pad", "image_mean", "image_std", "resample", "do_resize"],
      ...["do_rescale", "do_normalize", "rescale_factor", "do_pan_and_scan"],
    );
    const side = fc.integer({ min: -1, max: 60 });
    const value = fc.oneof(
      fc.jsonValue(),
      side,
      fc.record({ height: side, width: side }),
      fc.record({ shortest_edge: side }),
      fc.tuple(side, side),
      fc.boolean(),
    );
    const type = fc.constantFrom("CLIPImageProcessor", "LlavaImageProcessor", "Gemma3ImageProcessor");
    fc.assert(
      fc.property(type, fc.dictionary(key, value), (image_processor_type, json) => {
        try {
          patchImages([pattern(20, 30, 0)], parseImageProcessorConfig({ ...json, image_processor_type }, "p", 2));
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 500, seed: 8 },
    );
  });
});
