/** Conversions between float32 and the 16-bit formats of checkpoints: IEEE half (F16) and bfloat16 (BF16). */

/** float32 of every half, by its bits; 256 KiB, built at first use. */
let halfTable: Float32Array | undefined;

function buildHalfTable(): Float32Array {
  const table = new Float32Array(65536);
  const bits = new Uint32Array(table.buffer);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >> 10) & 31;
    const mantissa = half & 1023;
    if (exponent === 0) {
      table[half] = mantissa * 2 ** -24;
      bits[half] = (bits[half]! | sign) >>> 0;
    } else if (exponent === 31) {
      // Infinities and NaN keep their mantissa, quiet or not.
      bits[half] = (sign | 0x7f800000 | (mantissa << 13)) >>> 0;
    } else {
      bits[half] = (sign | ((exponent + 112) << 23) | (mantissa << 13)) >>> 0;
    }
  }
  return table;
}

/**
 * Widens halves to float32, exactly (subnormals, infinities and NaN included).
 *
 * @param from bits of n halves.
 * @param into float32 [n], written.
 */
export function widenF16(from: Uint16Array, into: Float32Array): void {
  halfTable ??= buildHalfTable();
  // Copied as bits: a float copy may quieten signalling NaN.
  const table = new Uint32Array(halfTable.buffer);
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) bits[i] = table[from[i]!]!;
}

/**
 * Widens bfloat16 to float32, exactly.
 *
 * @param from bits of n values.
 * @param into float32 [n], written.
 */
export function widenBf16(from: Uint16Array, into: Float32Array): void {
  const bits = new Uint32Array(into.buffer, into.byteOffset, into.length);
  for (let i = 0; i < from.length; i++) bits[i] = from[i]! << 16;
}

/**
 * Rounds float32 to halves: to nearest, ties to even; beyond 65504 infinity; NaN stays NaN.
 *
 * @returns bits of n halves.
 */
export function narrowF16(from: Float32Array): Uint16Array {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  const into = new Uint16Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const value = bits[i]!;
    const sign = (value >>> 16) & 0x8000;
    const magnitude = value & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      into[i] = sign | 0x7e00;
    } else if (magnitude >= 0x47800000) {
      into[i] = sign | 0x7c00;
    } else if (magnitude >= 0x38800000) {
      // Normal: rebias, then round; a carry runs into the exponent, at the top into infinity, as it should.
      const rebased = magnitude - 0x38000000;
      into[i] = sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
    } else {
      // Subnormal: the value in units of 2^-24, ties to even.
      const units = Math.abs(from[i]!) * 16777216;
      const floor = Math.floor(units);
      const rest = units - floor;
      into[i] = sign | (rest > 0.5 || (rest === 0.5 && (floor & 1) === 1) ? floor + 1 : floor);
    }
  }
  return into;
}

/**
 * Rounds float32 to bfloat16: to nearest, ties to even; NaN stays NaN.
 *
 * @returns bits of n values.
 */
export function narrowBf16(from: Float32Array): Uint16Array {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  const into = new Uint16Array(from.length);
  for (let i = 0; i < from.length; i++) {
    const value = bits[i]!;
    const notANumber = (value & 0x7fffffff) > 0x7f800000;
    into[i] = notANumber ? (value >>> 16) | 0x40 : (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  }
  return into;
}
