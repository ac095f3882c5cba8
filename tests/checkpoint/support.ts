/** What the tests of checkpoints share: goldens, scratch folders, synthetic pictures, the sentence of an error. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { assert } from "chai";
import type { RgbImage } from "../../src/checkpoint/index.js";
import { EspalierError } from "../../src/errors.js";

const GOLDEN = fileURLToPath(new URL("../../../tests/golden/checkpoint/", import.meta.url));

export function golden(...parts: string[]): string {
  return path.join(GOLDEN, ...parts);
}

export function goldenJson<T>(name: string): T {
  return JSON.parse(fs.readFileSync(golden(name), "utf8")) as T;
}

/** A folder that is removed after the test file. */
export function scratchFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "espalier-test-"));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function sha256(view: ArrayBufferView): string {
  return createHash("sha256")
    .update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
    .digest("hex");
}

/** The picture that the golden script's `pattern` makes. */
export function pattern(width: number, height: number, seed: number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++, i++) {
        const noise = (Math.imul(x * 3 + y * 5 + c * 7 + seed, 2654435761) >>> 16) & 255;
        const flat = (Math.floor(x / 5) + Math.floor(y / 7)) % 2 === 0 ? 255 : 0;
        data[i] = (x + y) % 11 < 6 ? noise : flat;
      }
    }
  }
  return { width, height, data };
}

function isSentence(error: unknown, wanted: RegExp): void {
  assert.instanceOf(error, EspalierError);
  assert.match((error as Error).message, wanted);
}

/** Asserts that the action throws an EspalierError whose message matches. */
export function expectSentence(action: () => unknown, wanted: RegExp): void {
  let result: unknown;
  try {
    result = action();
  } catch (error) {
    isSentence(error, wanted);
    return;
  }
  assert.fail(`expected an error like ${wanted}, got ${String(result)}`);
}

export async function expectSentenceAsync(action: () => Promise<unknown>, wanted: RegExp): Promise<void> {
  let result: unknown;
  try {
    result = await action();
  } catch (error) {
    isSentence(error, wanted);
    return;
  }
  assert.fail(`expected an error like ${wanted}, got ${String(result)}`);
}

/** Bytes of a safetensors file with this header text and these data bytes. */
export function safetensorsBytes(header: string | Uint8Array, data: Uint8Array, claimedLength?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}
