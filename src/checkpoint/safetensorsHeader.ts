/** The header of a safetensors file: eight bytes of length, then JSON that says where each tensor lies. Trusts nothing. */
import { EspalierError } from "../errors.js";
import { decodeUtf8, isObject } from "./files.js";

/** Bytes per element of every dtype that the format knows; the reader supports those in `READABLE_DTYPES`. */
export const DTYPE_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  U64: 8,
  C64: 8,
  F32: 4,
  I32: 4,
  U32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
};

/** dtypes whose values can be read. */
export type Dtype = "F64" | "F32" | "F16" | "BF16" | "I64" | "I32" | "I16" | "I8" | "U8" | "BOOL";
/** Those of weights. */
export type FloatDtype = "F64" | "F32" | "F16" | "BF16";
export const READABLE_DTYPES: readonly Dtype[] = ["F64", "F32", "F16", "BF16", "I64", "I32", "I16", "I8", "U8", "BOOL"];

/** The format's own limit for a header. */
export const MAX_HEADER_BYTES = 100_000_000;

/** One tensor's entry. `begin` and `end` are byte offsets from the first data byte. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** Entries by name, in the order of their data. */
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The `__metadata__` strings; empty when there are none. */
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Parses and checks a header.
 *
 * @param bytes the JSON bytes, without the eight length bytes.
 * @param dataBytes how many data bytes follow it in the file: the tensors must fill them without gap or overlap.
 * @param file named in errors.
 * @throws EspalierError that names the tensor for every way in which a header can be wrong.
 */
export function parseHeader(bytes: Uint8Array, dataBytes: number, file: string): SafetensorsHeader {
  const text = decodeUtf8(bytes, `The header of ${file}`);
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new EspalierError(`The header of ${file} is not valid JSON; the file is damaged, download it again.`, {
      cause,
    });
  }
  if (!isObject(header))
    throw new EspalierError(
      `The header of ${file} should be a JSON object, it is something else; the file is damaged, download it again.`,
    );
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined) {
    throw new EspalierError(
      `The header of ${file} names ${quote(duplicate)} twice; a safetensors header names each key once.`,
    );
  }
  const entries = new Map<string, TensorEntry>();
  let metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") metadata = parseMetadata(value, file);
    else entries.set(name, parseEntry(name, value, dataBytes, file));
  }
  const sorted = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  checkLayout(sorted, dataBytes, file);
  return { entries: new Map(sorted), metadata };
}

function quote(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

function parseMetadata(value: unknown, file: string): Map<string, string> {
  if (!isObject(value) || Object.values(value).some((item) => typeof item !== "string")) {
    throw new EspalierError(
      `__metadata__ in the header of ${file} should map names to strings, it does not; write the file again without it.`,
    );
  }
  return new Map(Object.entries(value as Record<string, string>));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function parseEntry(name: string, value: unknown, dataBytes: number, file: string): TensorEntry {
  const where = `Tensor ${quote(name)} of ${file}`;
  if (name === "__proto__") throw new EspalierError(`${where} has a reserved name; rename the tensor.`);
  if (!isObject(value))
    throw new EspalierError(
      `${where} should be described by a JSON object, it is not; the file is damaged, download it again.`,
    );
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string" || !Object.hasOwn(DTYPE_BYTES, dtype)) {
    const known = Object.keys(DTYPE_BYTES).join(", ");
    throw new EspalierError(`${where} has the unknown dtype ${quote(String(dtype))}; known are ${known}.`);
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    throw new EspalierError(
      `${where} has the shape ${quote(JSON.stringify(shape) ?? "none")}; a list of whole numbers ≥ 0 is wanted.`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount) || offsets[0] > offsets[1]) {
    throw new EspalierError(
      `${where} has the data_offsets ${quote(JSON.stringify(offsets) ?? "none")}; [begin, end] with 0 ≤ begin ≤ end is wanted.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  if (end > dataBytes) {
    throw new EspalierError(
      `${where} ends at data byte ${end}, but the file has only ${dataBytes} data bytes; it is truncated, download it again.`,
    );
  }
  let wanted = DTYPE_BYTES[dtype]!;
  for (const size of shape as number[]) wanted *= size;
  if (wanted !== end - begin) {
    throw new EspalierError(
      `${where} has dtype ${dtype} and shape [${shape}], which is ${wanted} bytes, but data_offsets give it ${end - begin}; the file is damaged, download it again.`,
    );
  }
  return { dtype, shape: shape as number[], begin, end };
}

function checkLayout(sorted: readonly [string, TensorEntry][], dataBytes: number, file: string): void {
  let position = 0;
  let previous = "the start";
  for (const [name, entry] of sorted) {
    if (entry.begin < position) {
      throw new EspalierError(
        `Tensors ${previous} and ${quote(name)} of ${file} overlap at data byte ${entry.begin}; the file is damaged, write or download it again.`,
      );
    }
    if (entry.begin > position) {
      throw new EspalierError(
        `${file} has a gap of ${entry.begin - position} bytes before tensor ${quote(name)}; safetensors data has no gaps. Write or download it again.`,
      );
    }
    position = entry.end;
    previous = quote(name);
  }
  if (position !== dataBytes) {
    throw new EspalierError(
      `${file} has ${dataBytes - position} bytes after its last tensor; the file is damaged, download it again.`,
    );
  }
}

/** The first key that one object of a VALID JSON text names twice, or undefined: `JSON.parse` keeps the last silently. */
function duplicateKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = i++;
      while (text[i] !== '"') i += text[i] === "\\" ? 2 : 1;
      const keys = open.at(-1);
      if (keys === undefined || !isFollowedByColon(text, i + 1)) continue;
      const key = JSON.parse(text.slice(start, i + 1)) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}

function isFollowedByColon(text: string, from: number): boolean {
  let i = from;
  while (text[i] === " " || text[i] === "\n" || text[i] === "\r" || text[i] === "\t") i++;
  return text[i] === ":";
}
