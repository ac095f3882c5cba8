/** Long texts in pieces. */

/**
 * Where a piece that begins at `start` ends: after at most `length` UTF-16 units, and never between the two halves of a
 * code point.
 *
 * @param length at least 2.
 */
export function endOfPiece(text: string, start: number, length: number): number {
  const end = start + length;
  if (end >= text.length) return text.length;
  const isSplit = isHigh(text.charCodeAt(end - 1)) && isLow(text.charCodeAt(end));
  return isSplit ? end - 1 : end;
}

function isHigh(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLow(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
