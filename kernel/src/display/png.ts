/** Pixels as a PNG file. Source: PNG specification, third edition, sections 5 and 11. */
import { crc32, deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** Eight bits a channel, red, green, blue and alpha; default compression and filtering, not interlaced. */
const FORMAT = [8, 6, 0, 0, 0];
const CHANNELS = 4;
/** Each byte is stored as its difference to the same channel of the pixel on its left, which compresses better. */
const FILTER_SUB = 1;

/** @param pixels rows from the top, four bytes a pixel: red, green, blue, alpha, not premultiplied. */
export function encodePng(width: number, height: number, pixels: Uint8Array | Uint8ClampedArray): Buffer {
  const header = Buffer.alloc(8 + FORMAT.length);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set(FORMAT, 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(filter(width, height, pixels), { level: 4 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function filter(width: number, height: number, pixels: Uint8Array | Uint8ClampedArray): Buffer {
  const stride = width * CHANNELS;
  const filtered = Buffer.allocUnsafe(height * (stride + 1));
  for (let y = 0; y < height; y++) {
    const from = y * stride;
    const to = y * (stride + 1) + 1;
    filtered[to - 1] = FILTER_SUB;
    for (let x = 0; x < stride; x++)
      filtered[to + x] = pixels[from + x]! - (x < CHANNELS ? 0 : pixels[from + x - CHANNELS]!);
  }
  return filtered;
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}
