/** Jupyter counts cursor positions in code points (protocol 5.2), JavaScript in UTF-16 units. */

/** The UTF-16 offset of a position in code points; a position behind the end is the end. */
export function toOffset(text: string, codePoints: number): number {
  let offset = 0;
  for (let i = 0; i < codePoints && offset < text.length; i++) offset += unitsAt(text, offset);
  return offset;
}

/** The position in code points of a UTF-16 offset; an offset within a code point is its beginning. */
export function toCodePoints(text: string, offset: number): number {
  let count = 0;
  for (let at = 0; at < text.length; count++) {
    at += unitsAt(text, at);
    if (at > offset) break;
  }
  return count;
}

function unitsAt(text: string, offset: number): number {
  return text.codePointAt(offset)! > 0xffff ? 2 : 1;
}
