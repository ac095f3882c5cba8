/** Writes safetensors files, whole or not at all. */
import { EspalierError } from "../errors.js";
import { writeAtomically } from "./files.js";
import { narrowBf16, narrowF16 } from "./halfFloat.js";
import { DTYPE_BYTES } from "./safetensorsHeader.js";

/** A tensor to write; F16 and BF16 are given as float32 and rounded to nearest even, I64 as bigint or as int32. */
export type TensorToWrite = { readonly shape: readonly number[] } & (
  | { readonly dtype: "F32" | "F16" | "BF16"; readonly data: Float32Array }
  | { readonly dtype: "I64"; readonly data: BigInt64Array | Int32Array }
  | { readonly dtype: "I32"; readonly data: Int32Array }
  | { readonly dtype: "U8"; readonly data: Uint8Array }
);

/** Elements converted at a time. */
const CHUNK = 4 * 1024 * 1024;

/**
 * Writes tensors to a file: first to a temporary file beside it, then renamed.
 *
 * @param path destination; its folder must exist.
 * @param tensors by name; `data.length` must be the product of `shape`.
 * @param metadata strings for `__metadata__`; default none.
 * @throws EspalierError when the disk is full or the place cannot be written; an earlier file of that name stays.
 *
 * @example
 * writeSafetensors("x.safetensors", { x: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } });
 */
export function writeSafetensors(
  path: string,
  tensors: Readonly<Record<string, TensorToWrite>> | ReadonlyMap<string, TensorToWrite>,
  metadata?: Readonly<Record<string, string>>,
): void {
  const list = tensors instanceof Map ? [...tensors] : (Object.entries(tensors) as [string, TensorToWrite][]);
  // Wide elements first, so that every tensor is aligned; then by name, so that the same tensors give the same bytes.
  list.sort(([a, x], [b, y]) => DTYPE_BYTES[y.dtype]! - DTYPE_BYTES[x.dtype]! || (a < b ? -1 : 1));
  const header = headerBytes(path, list, metadata);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  writeAtomically(path, (append) => {
    append(length);
    append(header);
    for (const [, tensor] of list) {
      for (let at = 0; at < tensor.data.length; at += CHUNK) append(encode(tensor, at, at + CHUNK));
    }
  });
}

function headerBytes(
  path: string,
  list: [string, TensorToWrite][],
  metadata?: Readonly<Record<string, string>>,
): Uint8Array {
  // Joined by hand: an object would move names such as "0" to the front.
  const parts: string[] = metadata === undefined ? [] : [`"__metadata__":${JSON.stringify(metadata)}`];
  let begin = 0;
  for (const [name, { dtype, shape, data }] of list) {
    if (name === "__metadata__" || name === "__proto__") {
      throw new EspalierError(`${path} cannot hold a tensor named ${name}: the name is reserved.`);
    }
    const count = shape.reduce((product, size) => product * size, 1);
    if (count !== data.length) {
      throw new EspalierError(
        `Tensor ${JSON.stringify(name)} for ${path} has ${data.length} values, its shape [${shape}] wants ${count}.`,
      );
    }
    const end = begin + count * DTYPE_BYTES[dtype]!;
    parts.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    begin = end;
  }
  const text = new TextEncoder().encode(`{${parts.join(",")}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  return padded;
}

function encode(tensor: TensorToWrite, from: number, to: number): Uint8Array {
  switch (tensor.dtype) {
    case "F16":
      return bytesOf(narrowF16(tensor.data.subarray(from, to)));
    case "BF16":
      return bytesOf(narrowBf16(tensor.data.subarray(from, to)));
    case "I64": {
      const part = tensor.data.subarray(from, to);
      return bytesOf(part instanceof BigInt64Array ? part : BigInt64Array.from(part, BigInt));
    }
    default:
      return bytesOf(tensor.data.subarray(from, to));
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
