/** What metrics do to a text before they compare it. */

/** One space between words, none around. */
export function tidy(text: string): string {
  return text.trim().split(/\s+/u).join(" ");
}

/** A text of single characters only ("4 7", "k u w") is one word ("47", "kuw"); any other is tidied. */
export function joinSpelled(text: string): string {
  const words = text.trim().split(/\s+/u);
  return words.every((word) => [...word].length === 1) ? words.join("") : words.join(" ");
}

/** Splits at anything that is neither letter nor digit; lower case. */
export function plainWords(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
}

const PUNCTUATION = [...';/[]"{}()=+\\_-><@`,?!'];

/**
 * A text without punctuation, as the VQA evaluation takes it away: a mark beside a space anywhere in the text vanishes
 * everywhere, another becomes a space, and all vanish where a comma stands between digits ("1,000" is "1000"). A full stop
 * goes unless a digit follows ("3.5").
 */
export function withoutPunctuation(text: string): string {
  const thousands = /\d,\d/u.test(text);
  let plain = text;
  for (const mark of PUNCTUATION) {
    const vanishes = thousands || text.includes(`${mark} `) || text.includes(` ${mark}`);
    plain = plain.replaceAll(mark, vanishes ? "" : " ");
  }
  return plain.replace(/\.(?!\d)/gu, "");
}
