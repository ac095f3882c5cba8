/** The question: what of a prompt's text can see a picture. */
import type { SelectorSample } from "./selector.js";

/**
 * Places of the prompt's text behind its first visual token, ascending: attention is causal, so no text before it sees any
 * picture. None where the sample has no picture, or nothing follows it.
 */
export function questionPlaces({ promptLength, visual }: Pick<SelectorSample, "promptLength" | "visual">): Int32Array {
  if (visual.length === 0) return new Int32Array(0);
  const places: number[] = [];
  for (let place = visual[0], v = 0; place < promptLength; place++) {
    if (visual[v] === place) v++;
    else places.push(place);
  }
  return Int32Array.from(places);
}
