/** Tokens that shares stand for. Free of the DOM. */

/**
 * Tokens that a layer keeps of a sample: whole ones as METHOD §1 rounds them; where the number of visual tokens is a mean over
 * samples of several sizes, a mean too, to one decimal place.
 */
export function tokensOf(share: number, visualTokens: number): number {
  if (Number.isInteger(visualTokens)) return Math.floor(share * visualTokens + 0.5);
  return Math.round(share * visualTokens * 10) / 10;
}

/** A share with so many tokens more or less, whole tokens being kept afterwards. */
export function stepTokens(share: number, visualTokens: number, tokens: number): number {
  if (visualTokens <= 0) return share;
  const whole = Math.floor(share * visualTokens + 0.5) + tokens;
  return Math.min(1, Math.max(0, whole / visualTokens));
}

/** Whether two schedules are within a token of one another at every layer. */
export function withinToken(a: readonly number[], b: readonly number[], visualTokens: number): boolean {
  const token = 1 / Math.max(1, visualTokens);
  return a.length === b.length && a.every((share, i) => Math.abs(share - b[i]!) <= token);
}
