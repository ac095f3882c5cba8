/** Patterns of history searches: `*` stands for any text, `?` for one character, everything else for itself. */

/** Whether the whole text matches. Takes at most the product of both lengths; no pattern makes it slower. */
export function matchesGlob(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  /** Where to go on when what follows the last star does not fit: one character of the text later. */
  let retry: { p: number; t: number } | undefined;
  while (t < text.length) {
    if (pattern[p] === "*") {
      retry = { p: ++p, t };
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      t += pattern[p++] === "?" ? widthAt(text, t) : 1;
    } else if (retry !== undefined) {
      retry.t += 1;
      ({ p, t } = retry);
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

function widthAt(text: string, index: number): number {
  return text.codePointAt(index)! > 0xffff ? 2 : 1;
}
