import fs from "node:fs";
import path from "node:path";
import { assert } from "chai";
import fc from "fast-check";
import sharp from "sharp";
import { decodeImage, readImage } from "../../src/checkpoint/index.js";
import { expectSentenceAsync, golden, goldenJson, scratchFolder, sha256 } from "./support.js";

const expected = goldenJson<Record<string, { width: number; height: number; sha256: string }>>("pictures.json");

describe("image", () => {
  const folder = scratchFolder();

  for (const [name, wanted] of Object.entries(expected)) {
    it(`decodes ${name} to PIL's pixels`, async () => {
      const { width, height, data } = await readImage(golden("pictures", name));
      assert.deepEqual({ width, height, sha256: sha256(data) }, wanted);
    });
  }

  it("says that a picture is damaged, and which", async () => {
    for (const name of ["444.jpg", "rgb.png", "alpha.webp"]) {
      const bytes = fs.readFileSync(golden("pictures", name));
      await expectSentenceAsync(
        () => decodeImage(bytes.subarray(0, bytes.length >> 1), `half-${name}`),
        /half-.* cannot be decoded/,
      );
    }
    const flipped = new Uint8Array(fs.readFileSync(golden("pictures", "rgb.png")));
    flipped[flipped.length >> 1]! ^= 0xff;
    await expectSentenceAsync(() => decodeImage(flipped, "flipped"), /flipped cannot be decoded/);
    await expectSentenceAsync(() => decodeImage(new Uint8Array(0), "nothing"), /nothing is empty/);
    await expectSentenceAsync(
      () => decodeImage(new TextEncoder().encode("hello"), "text"),
      /text cannot be decoded .*unsupported/,
    );
    await expectSentenceAsync(() => readImage(path.join(folder, "none.png")), /none\.png: it does not exist/);
  });

  it("refuses what PIL would not read, or would make white", async () => {
    const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>');
    await expectSentenceAsync(() => decodeImage(svg, "drawing"), /is a svg picture, which is not supported/);
    const grey = await sharp(new Uint16Array(64), { raw: { width: 8, height: 8, channels: 1 } })
      .toColourspace("grey16")
      .png()
      .toBuffer();
    await expectSentenceAsync(() => decodeImage(grey, "deep grey"), /ushort samples .* grey16/);
  });

  it("refuses a small file that claims a huge picture", async () => {
    const bytes = new Uint8Array(fs.readFileSync(golden("pictures", "rgb.png")));
    const header = new DataView(bytes.buffer);
    header.setUint32(16, 100_000);
    header.setUint32(20, 100_000);
    await expectSentenceAsync(() => decodeImage(bytes, "bomb"), /bomb cannot be decoded/);
  });

  it("survives random bytes", async () => {
    const jpeg = fs.readFileSync(golden("pictures", "444.jpg"));
    const change = fc.array(fc.tuple(fc.nat(jpeg.length - 1), fc.integer({ min: 0, max: 255 })), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(change, fc.boolean(), async (changes, start) => {
        const bytes = new Uint8Array(jpeg);
        for (const [at, value] of changes) bytes[start ? at % 200 : at] = value;
        try {
          const { width, height, data } = await decodeImage(bytes, "mutated");
          assert.equal(data.length, width * height * 3);
        } catch (error) {
          assert.equal((error as Error).name, "EspalierError", String(error));
        }
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});
