/** What all metrics do to a text before they compare it. */

/** One space between words, none around; a text of single characters only ("4 7", "k u w") is one word ("47", "kuw"). */
export function tidy(text: string): string {
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
