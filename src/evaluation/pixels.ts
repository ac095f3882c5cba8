/** A sample's pixels: there, or made again whenever they are needed. */

/** Pixels that are not kept, since many samples' do not fit in memory. */
export interface StoredPixels {
  /** SHA-256 of the float32 numbers, hex: what a sample is told apart by. */
  readonly digest: string;
  /** The numbers, [Σ patches · patch width]; the same each time. Rejects where the picture is no longer what it was. */
  read(): Promise<Float32Array>;
}

export type PixelValues = Float32Array | StoredPixels;

/** The numbers themselves, [Σ patches · patch width]. Rejects as `StoredPixels.read`. */
export async function readPixels(values: PixelValues): Promise<Float32Array> {
  return values instanceof Float32Array ? values : values.read();
}
