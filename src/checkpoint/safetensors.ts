/**
 * Reads safetensors files by ranges: the header once, then one tensor (or part of one) at a time, at positions beyond
 * 4 GiB as well. Format: https://huggingface.co/docs/safetensors. Little-endian machines, as Node's are.
 */
import fs from "node:fs";
import { EspalierError } from "../errors.js";
import { fileError, openForReading } from "./files.js";
import { widenBf16, widenF16 } from "./halfFloat.js";
import {
  DTYPE_BYTES,
  type Dtype,
  type FloatDtype,
  MAX_HEADER_BYTES,
  parseHeader,
  READABLE_DTYPES,
  type SafetensorsHeader,
} from "./safetensorsHeader.js";

/** Bytes per read that are converted: few enough to stay in the processor's cache until they are. */
const CHUNK_BYTES = 1024 * 1024;
/** Most bytes per read that goes straight to its place; the system refuses 2 GiB and more. */
const LARGEST_READ = 1024 * 1024 * 1024;

/** What a header says of a tensor. */
export interface TensorInfo {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** Values as stored: F16 and BF16 as their 16 bits, I64 as bigint. */
export type TensorData =
  | Float64Array
  | Float32Array
  | Uint16Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** Part of a tensor, in elements of its flat (row-major) order. Default: all of it. */
export interface ElementRange {
  readonly start: number;
  readonly count: number;
}

const VIEWS: Readonly<Record<Dtype, (buffer: ArrayBuffer) => TensorData>> = {
  F64: (buffer) => new Float64Array(buffer),
  F32: (buffer) => new Float32Array(buffer),
  F16: (buffer) => new Uint16Array(buffer),
  BF16: (buffer) => new Uint16Array(buffer),
  I64: (buffer) => new BigInt64Array(buffer),
  I32: (buffer) => new Int32Array(buffer),
  I16: (buffer) => new Int16Array(buffer),
  I8: (buffer) => new Int8Array(buffer),
  U8: (buffer) => new Uint8Array(buffer),
  BOOL: (buffer) => new Uint8Array(buffer),
};

/**
 * Opens a safetensors file and checks its whole header.
 *
 * @param path the file; it stays open until `close()`.
 * @throws EspalierError when the file is missing, truncated, or its header is wrong in any way; nothing large is
 *   allocated before the header has been checked against the file's size.
 *
 * @example
 * const file = openSafetensors("model.safetensors");
 * const { dtype, shape } = file.info("lm_head.weight");
 * file.close();
 */
export function openSafetensors(path: string): SafetensorsFile {
  const { fd, size } = openForReading(path);
  try {
    const { header, dataStart } = readHeader(fd, size, path);
    return new SafetensorsFile(path, fd, header, dataStart);
  } catch (error) {
    fs.closeSync(fd);
    throw fileError("read", path, error);
  }
}

function readHeader(fd: number, size: number, path: string): { header: SafetensorsHeader; dataStart: number } {
  if (size < 8) {
    throw new EspalierError(
      `${path} has ${size} bytes, too few for a safetensors file; it is truncated, download it again.`,
    );
  }
  const length = new Uint8Array(8);
  readExactly(fd, length, 0, path);
  if (new TextDecoder().decode(length) === "version ") {
    throw new EspalierError(`${path} is a Git LFS pointer, not the weights; fetch them with: git lfs pull.`);
  }
  const headerBytes = new DataView(length.buffer).getBigUint64(0, true);
  if (headerBytes > BigInt(MAX_HEADER_BYTES)) {
    throw new EspalierError(
      `${path} claims a header of ${headerBytes} bytes, at most ${MAX_HEADER_BYTES} are allowed; it is not a safetensors file.`,
    );
  }
  if (headerBytes > BigInt(size - 8)) {
    throw new EspalierError(
      `${path} claims a header of ${headerBytes} bytes but has only ${size - 8} after its length; it is truncated, download it again.`,
    );
  }
  const bytes = new Uint8Array(Number(headerBytes));
  readExactly(fd, bytes, 8, path);
  const dataStart = 8 + bytes.length;
  return { header: parseHeader(bytes, size - dataStart, path), dataStart };
}

/** Fills `into` from `position`; a file that became shorter since it was opened is an error. */
function readExactly(fd: number, into: Uint8Array, position: number, path: string): void {
  for (let done = 0; done < into.length; ) {
    const count = fs.readSync(fd, into, done, into.length - done, position + done);
    if (count === 0) throw new EspalierError(`${path} became shorter while it was read; is something else writing it?`);
    done += count;
  }
}

/** An open safetensors file. Made by `openSafetensors`. */
export class SafetensorsFile {
  readonly path: string;
  /** The `__metadata__` strings. */
  readonly metadata: ReadonlyMap<string, string>;
  readonly #header: SafetensorsHeader;
  readonly #dataStart: number;
  #fd: number | undefined;

  /** @param fd owned by this object from now on. */
  constructor(path: string, fd: number, header: SafetensorsHeader, dataStart: number) {
    this.path = path;
    this.metadata = header.metadata;
    this.#fd = fd;
    this.#header = header;
    this.#dataStart = dataStart;
  }

  /** Names of the tensors, in the order of their data. */
  get names(): string[] {
    return [...this.#header.entries.keys()];
  }

  /** Whether there is a tensor of this name. */
  has(name: string): boolean {
    return this.#header.entries.has(name);
  }

  /** @throws EspalierError when there is no such tensor. */
  info(name: string): TensorInfo {
    const { dtype, shape, begin, end } = this.#entry(name);
    return { dtype, shape, byteLength: end - begin };
  }

  /** The dtype of a tensor of floats. @throws EspalierError when there is no such tensor, or it holds anything else. */
  floatDtype(name: string): FloatDtype {
    const dtype = this.#readableDtype(name);
    if (dtype === "F32" || dtype === "F16" || dtype === "BF16" || dtype === "F64") return dtype;
    throw new EspalierError(
      `Tensor ${JSON.stringify(name)} of ${this.path} has dtype ${dtype}; F32, F16, BF16 or F64 is wanted.`,
    );
  }

  /**
   * A tensor's values as stored.
   *
   * @throws EspalierError when there is no such tensor, its dtype has no reader, or memory does not suffice.
   */
  read(name: string): { dtype: Dtype; shape: readonly number[]; data: TensorData } {
    const { shape, begin, end } = this.#entry(name);
    const dtype = this.#readableDtype(name);
    const buffer = this.#allocate(name, end - begin);
    this.#readBytes(begin, buffer);
    return { dtype, shape, data: VIEWS[dtype](buffer) };
  }

  /**
   * A tensor's values as float32; F16 and BF16 are widened exactly, F64 is rounded.
   *
   * @param range part of the tensor, in elements; default all.
   * @throws EspalierError when the tensor is missing or holds integers, or the range leaves it.
   */
  readFloat32(name: string, range?: ElementRange): Float32Array {
    const dtype = this.floatDtype(name);
    const { begin, count } = this.#span(name, range);
    const result = new Float32Array(this.#allocate(name, count * 4));
    switch (dtype) {
      case "F32":
        this.#readBytes(begin, result.buffer as ArrayBuffer);
        break;
      case "F16":
        this.#forEachChunk(begin, count, 2, (chunk, at, n) =>
          widenF16(new Uint16Array(chunk, 0, n), result.subarray(at, at + n)),
        );
        break;
      case "BF16":
        this.#forEachChunk(begin, count, 2, (chunk, at, n) =>
          widenBf16(new Uint16Array(chunk, 0, n), result.subarray(at, at + n)),
        );
        break;
      case "F64":
        this.#forEachChunk(begin, count, 8, (chunk, at, n) => result.set(new Float64Array(chunk, 0, n), at));
        break;
    }
    return result;
  }

  /**
   * A tensor's values as int32.
   *
   * @param range part of the tensor, in elements; default all.
   * @throws EspalierError when the tensor is missing or holds no integers, or an I64 value does not fit (the value is named).
   */
  readInt32(name: string, range?: ElementRange): Int32Array {
    const dtype = this.#readableDtype(name);
    const { begin, count } = this.#span(name, range);
    const result = new Int32Array(this.#allocate(name, count * 4));
    switch (dtype) {
      case "I64":
        this.#forEachChunk(begin, count, 8, (chunk, at, n) => this.#narrowI64(name, chunk, n, result, at));
        break;
      case "I32":
        this.#readBytes(begin, result.buffer as ArrayBuffer);
        break;
      case "I16":
        this.#forEachChunk(begin, count, 2, (chunk, at, n) => result.set(new Int16Array(chunk, 0, n), at));
        break;
      case "I8":
        this.#forEachChunk(begin, count, 1, (chunk, at, n) => result.set(new Int8Array(chunk, 0, n), at));
        break;
      case "U8":
      case "BOOL":
        this.#forEachChunk(begin, count, 1, (chunk, at, n) => result.set(new Uint8Array(chunk, 0, n), at));
        break;
      default:
        throw new EspalierError(
          `Tensor ${JSON.stringify(name)} of ${this.path} has dtype ${dtype}; an integer dtype such as I64 is wanted.`,
        );
    }
    return result;
  }

  /** Closes the file; closing twice is harmless, reading afterwards an error. */
  close(): void {
    if (this.#fd !== undefined) fs.closeSync(this.#fd);
    this.#fd = undefined;
  }

  #entry(name: string) {
    const entry = this.#header.entries.get(name);
    if (entry !== undefined) return entry;
    const names = this.names;
    const some = names.slice(0, 8).join(", ") + (names.length > 8 ? ", …" : "");
    throw new EspalierError(
      `${this.path} has no tensor ${JSON.stringify(name)}; it has ${some === "" ? "none" : some}.`,
    );
  }

  #readableDtype(name: string): Dtype {
    const { dtype } = this.#entry(name);
    if ((READABLE_DTYPES as readonly string[]).includes(dtype)) return dtype as Dtype;
    throw new EspalierError(
      `Tensor ${JSON.stringify(name)} of ${this.path} has dtype ${dtype}, which is not supported; convert it to one of ${READABLE_DTYPES.join(", ")}.`,
    );
  }

  /** First data byte and number of elements of a range. */
  #span(name: string, range: ElementRange | undefined): { begin: number; count: number } {
    const { dtype, begin, end } = this.#entry(name);
    const size = DTYPE_BYTES[dtype]!;
    const total = (end - begin) / size;
    const { start, count } = range ?? { start: 0, count: total };
    if (
      !Number.isSafeInteger(start) ||
      !Number.isSafeInteger(count) ||
      start < 0 ||
      count < 0 ||
      start + count > total
    ) {
      throw new EspalierError(
        `Elements ${start} to ${start + count} of tensor ${JSON.stringify(name)} of ${this.path} were asked for; it has ${total}.`,
      );
    }
    return { begin: begin + start * size, count };
  }

  #allocate(name: string, bytes: number): ArrayBuffer {
    try {
      return new ArrayBuffer(bytes);
    } catch (cause) {
      throw new EspalierError(
        `There is no memory for the ${bytes} bytes of tensor ${JSON.stringify(name)} of ${this.path}.`,
        { cause },
      );
    }
  }

  /** Fills the first `bytes` bytes of a buffer (default all) from a data position. */
  #readBytes(begin: number, buffer: ArrayBuffer, bytes = buffer.byteLength): void {
    if (this.#fd === undefined) throw new EspalierError(`${this.path} was closed before a tensor was read from it.`);
    try {
      for (let at = 0; at < bytes; at += LARGEST_READ) {
        const view = new Uint8Array(buffer, at, Math.min(LARGEST_READ, bytes - at));
        readExactly(this.#fd, view, this.#dataStart + begin + at, this.path);
      }
    } catch (error) {
      throw fileError("read", this.path, error);
    }
  }

  /** Calls `use(chunk, index of its first element, number of elements)` for consecutive chunks. */
  #forEachChunk(
    begin: number,
    count: number,
    size: number,
    use: (chunk: ArrayBuffer, at: number, n: number) => void,
  ): void {
    const perChunk = CHUNK_BYTES / size;
    const chunk = new ArrayBuffer(Math.min(perChunk, count) * size);
    for (let at = 0; at < count; at += perChunk) {
      const n = Math.min(perChunk, count - at);
      this.#readBytes(begin + at * size, chunk, n * size);
      use(chunk, at, n);
    }
  }

  #narrowI64(name: string, chunk: ArrayBuffer, n: number, into: Int32Array, at: number): void {
    const halves = new Int32Array(chunk);
    for (let i = 0; i < n; i++) {
      const low = halves[2 * i]!;
      if (halves[2 * i + 1] !== low >> 31) {
        const value = new BigInt64Array(chunk)[i];
        throw new EspalierError(
          `Element ${at + i} of tensor ${JSON.stringify(name)} of ${this.path} is ${value}; values from -2147483648 to 2147483647 are wanted.`,
        );
      }
      into[at + i] = low;
    }
  }
}
