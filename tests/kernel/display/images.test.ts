import { createCanvas } from "@napi-rs/canvas";
import { expect } from "chai";
import fc from "fast-check";
import sharp from "sharp";
import type { DisplayBundle } from "../../../kernel/src/display/bundle.js";
import { bundleOfImage } from "../../../kernel/src/display/imageBytes.js";
import { toMimeBundle } from "../../../kernel/src/display/mimeBundle.js";
import { encodePng } from "../../../kernel/src/display/png.js";

async function data(value: unknown): Promise<DisplayBundle["data"]> {
  return (await toMimeBundle(value)).data;
}

async function pixelsOf(png: Buffer): Promise<Buffer> {
  return sharp(png).ensureAlpha().raw().toBuffer();
}

describe("kernel/display images", () => {
  it("writes PNG files that others read", async () => {
    const image = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).chain(([width, height]) => {
      const length = width * height * 4;
      return fc.record({
        width: fc.constant(width),
        height: fc.constant(height),
        pixels: fc.uint8Array({ minLength: length, maxLength: length }),
      });
    });
    await fc.assert(
      fc.asyncProperty(image, async ({ width, height, pixels }) => {
        expect([...(await pixelsOf(encodePng(width, height, pixels)))]).to.deep.equal([...pixels]);
      }),
      { numRuns: 50 },
    );
  });

  it("shows pixels", async () => {
    const pixels = Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 128]);
    const shown = await data({ width: 2, height: 1, data: pixels });
    expect(shown["text/plain"]).to.equal("Image, 2 × 1 pixels");
    expect([...(await pixelsOf(Buffer.from(shown["image/png"] as string, "base64")))]).to.deep.equal([...pixels]);
    for (const [width, height] of [
      [1, 1],
      [2, 2],
      [-2, -1],
      [0.5, 4],
    ])
      expect(Object.keys(await data({ width, height, data: pixels }))).to.deep.equal(["text/plain"]);
  });

  it("shows canvases, and what they give as image data", async () => {
    const canvas = createCanvas(3, 2);
    const shown = await data(canvas);
    expect(shown["text/plain"]).to.equal("Canvas, 3 × 2 pixels");
    expect(await sharp(Buffer.from(shown["image/png"] as string, "base64")).metadata()).to.include({ width: 3 });
    expect(await data(canvas.getContext("2d").getImageData(0, 0, 2, 2))).to.include.keys("image/png");
    const size = { width: 1, height: 1, getContext() {} };
    const bytes = encodePng(1, 1, new Uint8Array(4));
    expect(await data({ ...size, encode: async () => bytes })).to.include({ "image/png": bytes.toString("base64") });
    expect(await data({ ...size, toDataURL: () => "data:image/webp;base64,AAAA" })).to.include({
      "image/webp": "AAAA",
    });
    expect((await data({ ...size, toBuffer: () => 5 }))["text/plain"]).to.include("the canvas gave no image");
    expect((await data({ ...size, toBuffer: () => Promise.reject(new Error("gone")) }))["text/plain"]).to.include(
      "gone",
    );
  });

  it("knows images by their first bytes", async () => {
    const pixel = sharp({ create: { width: 1, height: 1, channels: 3, background: "red" } });
    for (const format of ["png", "jpeg", "gif", "webp"] as const) {
      const bytes = await pixel.clone().toFormat(format).toBuffer();
      expect(await data(bytes)).to.include({ [`image/${format}`]: bytes.toString("base64") });
      expect(await data(new Uint8Array(bytes))).to.include.keys(`image/${format}`);
    }
    for (const text of ["<svg></svg>", '<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg PUBLIC "x">\n<svg width="1"/>'])
      expect(await data(Buffer.from(text))).to.include({ "image/svg+xml": text });
    for (const text of ["", "<svgx>", "text <svg>", "<html><svg></svg></html>", "RIFF0000WAVE"])
      expect(Object.keys(await data(Buffer.from(text))), text).to.deep.equal(["text/plain"]);
  });

  it("does not hang on a prologue that never ends, and leaves out what is too large", () => {
    expect(bundleOfImage(Buffer.from("<!---->".repeat(10_000)))).to.equal(undefined);
    const large = Buffer.alloc(33 * 2 ** 20);
    large.set(encodePng(1, 1, new Uint8Array(4)));
    expect(bundleOfImage(large)).to.have.all.keys("text/plain");
  });

  it("shows elements of documents by their HTML", async () => {
    class Element {
      get outerHTML() {
        return "<p>1</p>";
      }
    }
    expect(await data(new Element())).to.deep.equal({ "text/html": "<p>1</p>", "text/plain": "<p>1</p>" });
    expect(await data({ outerHTML: "<svg></svg>" })).to.include.keys("image/svg+xml");
    const own = {
      get outerHTML(): never {
        throw new Error("the getter ran");
      },
    };
    expect(await data(own)).to.deep.equal({ "text/plain": "{ outerHTML: [Getter] }" });
  });
});
