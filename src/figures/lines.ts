/** Breaking text into lines of a width in pixels. */
import { type TextStyle, textWidth } from "./fonts.js";

/**
 * Lines of `text` that are at most `width` pixels wide, broken at spaces; a longer word has a line of its own.
 *
 * @returns at least one line.
 */
export function fitLines(text: string, width: number, style: TextStyle): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer, style) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
