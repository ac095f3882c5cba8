/** Positions of models that count tokens, whatever they are. */
import { EspalierError } from "../errors.js";
import type { GridThw, Positions } from "./model.js";

/**
 * One axis, from 0 on. Every token also gets the number of its picture.
 *
 * @param ids one sample's tokens, without padding.
 * @param grids the sample's pictures in order.
 * @param visualTokens of a grid.
 * @returns with `pictures`.
 * @throws EspalierError where image tokens and pictures do not agree.
 */
export function sequentialPositions(
  ids: Int32Array,
  grids: readonly GridThw[],
  imageTokenId: number,
  visualTokens: (grid: GridThw) => number,
): Positions & { readonly pictures: Int32Array } {
  const pictures = new Int32Array(ids.length).fill(-1);
  let picture = 0;
  for (let at = 0; at < ids.length; ) {
    if (ids[at] !== imageTokenId) {
      at++;
      continue;
    }
    if (picture >= grids.length) {
      throw new EspalierError(
        `The prompt has image tokens at place ${at}, but only ${grids.length} pictures were given; give one grid a picture.`,
      );
    }
    const end = at + visualTokens(grids[picture]);
    for (let place = at; place < end; place++) {
      if (ids[place] === imageTokenId) pictures[place] = picture;
      else {
        throw new EspalierError(
          `Picture ${picture + 1} has ${end - at} visual tokens, but its run of image tokens ends at place ${place}; ` +
            "the prompt and the grid do not belong together.",
        );
      }
    }
    picture++;
    at = end;
  }
  if (picture < grids.length) {
    throw new EspalierError(
      `${grids.length} pictures were given, but the prompt has image tokens for ${picture}; leave out the others.`,
    );
  }
  return { axes: 1, values: Int32Array.from(ids.keys()), next: ids.length, pictures };
}
