/** Zip archives byte by byte, with anything in them that a hostile one may have. */
import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

export interface ZipPart {
  readonly name: string;
  readonly content: Buffer;
  /** Default stored. */
  readonly deflate?: boolean;
  /** The size that both headers state; default the true one. */
  readonly size?: number;
  /** Upper half of the external attributes; default 0. */
  readonly mode?: number;
  /** Where the directory says that it begins; default the true place. */
  readonly offset?: number;
  readonly flags?: number;
  readonly method?: number;
}

function header(
  signature: number,
  length: number,
  fields: readonly [at: number, bytes: 2 | 4, value: number][],
): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.writeUInt32LE(signature, 0);
  for (const [at, size, value] of fields) bytes.writeUIntLE(value, at, size);
  return bytes;
}

/** A zip as `espalier bundle` lays it out, its digest at the end right whatever else is wrong. */
export function zipOf(parts: readonly ZipPart[], between: Buffer = Buffer.alloc(0)): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const { name, content, deflate = false, mode = 0, flags = 1 << 11, ...rest } of parts) {
    const data = deflate ? deflateRawSync(content, { level: 9 }) : content;
    const text = Buffer.from(name);
    const [size, method] = [rest.size ?? content.length, rest.method ?? (deflate ? 8 : 0)];
    const common = (from: number): [number, 2 | 4, number][] => [
      ...([
        [from, 2, 20],
        [from + 2, 2, flags],
        [from + 4, 2, method],
        [from + 8, 2, 0x21],
      ] as [number, 2, number][]),
      ...([
        [from + 10, 4, crc32(content)],
        [from + 14, 4, data.length],
        [from + 18, 4, size],
      ] as [number, 4, number][]),
      [from + 22, 2, text.length],
    ];
    local.push(header(0x04034b50, 30, common(4)), text, data);
    const own: [number, 2 | 4, number][] = [
      [4, 2, 20],
      ...common(6),
      [38, 4, mode * 65_536],
      [42, 4, rest.offset ?? at],
    ];
    central.push(header(0x02014b50, 46, own), text);
    at += 30 + text.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = header(0x06054b50, 22, [
    ...([
      [8, 2, parts.length],
      [10, 2, parts.length],
    ] as [number, 2, number][]),
    ...([
      [12, 4, directory.length],
      [16, 4, at + between.length],
    ] as [number, 4, number][]),
    [20, 2, 80],
  ]);
  return sealed(Buffer.concat([...local, between, directory, end]));
}

/** With the digest that a bundle ends with. */
export function sealed(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.from(`espalier sha256 ${createHash("sha256").update(bytes).digest("hex")}`)]);
}
