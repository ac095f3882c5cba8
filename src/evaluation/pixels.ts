/** A sample's pixels: there, or made again whenever they are needed. */
import { createHash } from "node:crypto";

/** Pixels that are not kept, since many samples' do not fit in memory. */
export interface StoredPixels {
  /** SHA-256 of the float32 numbers, hex: what a sample is told apart by. */
  readonly digest: string;
  /** The numbers, [Σ patches · patch width]; the same each time. Rejects where the picture is no longer what it was. */
  read(): Promise<Float32Array>;
}

/** A sample's pixels: there, [Σ patches · patch width], or made again whenever they are needed. */
export type PixelValues = Float32Array | StoredPixels;

/** The numbers themselves, [Σ patches · patch width]. Rejects as `StoredPixels.read`. */
export async function readPixels(values: PixelValues): Promise<Float32Array> {
  return values instanceof Float32Array ? values : values.read();
}

/** SHA-256 of the numbers, hex, whether they are there or not. */
export function pixelDigest(values: PixelValues): string {
  if (!(values instanceof Float32Array)) return values.digest;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return createHash("sha256").update(bytes).digest("hex");
}
