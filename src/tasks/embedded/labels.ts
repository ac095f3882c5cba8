/** Dense labels: what each visual token of a picture shows. */
import { CHARACTERS, COLORS, type Color, SHAPES, type Shape } from "./vocabulary.js";

/** Side of a picture in pixels. */
export const PICTURE_SIDE = 224;
/** Visual tokens along a side after the model's 2×2 merging of 14-pixel patches. */
export const GRID_SIDE = 8;
/** Side in pixels of what one visual token sees. */
export const CELL_SIDE = PICTURE_SIDE / GRID_SIDE;

/** A smaller covered share of a cell is not labelled, unless it is the object's largest. */
const LEAST_COVERAGE = 0.15;
/** Coverage is measured on a raster of this pitch in pixels. */
const PITCH = 4;

/** Labels of the 8×8 visual tokens, row-major, 64 each: 0 = none, else 1 + index in `COLORS`, `SHAPES`, `CHARACTERS`. */
export interface Labels {
  readonly color: Uint8Array;
  readonly shape: Uint8Array;
  readonly character: Uint8Array;
}

/** A region in pixels, given by its bounding box and a test for the points in it. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  contains(x: number, y: number): boolean;
}

/** An axis-aligned rectangle. */
export function rectangle(left: number, top: number, right: number, bottom: number): Region {
  return {
    left,
    top,
    right,
    bottom,
    contains: (x, y) => x >= left && x < right && y >= top && y < bottom,
  };
}

function clampCell(index: number): number {
  return Math.min(GRID_SIDE - 1, Math.max(0, index));
}

/** Collects labels while a picture is drawn. Where two objects share a cell, the one that covers more of it wins. */
export class LabelGrid implements Labels {
  readonly color = new Uint8Array(GRID_SIDE * GRID_SIDE);
  readonly shape = new Uint8Array(GRID_SIDE * GRID_SIDE);
  readonly character = new Uint8Array(GRID_SIDE * GRID_SIDE);
  readonly #covered = new Float32Array(GRID_SIDE * GRID_SIDE);

  /**
   * Labels the cells that `region` covers by at least 15 %, and in any case the one that it covers most.
   *
   * @param color its colour; @param shape its shape, or nothing for plates and bars.
   */
  cover(region: Region, color: Color, shape?: Shape): void {
    const shares: { cell: number; share: number }[] = [];
    for (
      let row = clampCell(Math.floor(region.top / CELL_SIDE));
      row <= clampCell(Math.floor(region.bottom / CELL_SIDE));
      row++
    ) {
      for (
        let column = clampCell(Math.floor(region.left / CELL_SIDE));
        column <= clampCell(Math.floor(region.right / CELL_SIDE));
        column++
      ) {
        let inside = 0;
        for (let y = PITCH / 2; y < CELL_SIDE; y += PITCH) {
          for (let x = PITCH / 2; x < CELL_SIDE; x += PITCH) {
            if (region.contains(column * CELL_SIDE + x, row * CELL_SIDE + y)) inside++;
          }
        }
        shares.push({ cell: row * GRID_SIDE + column, share: inside / (CELL_SIDE / PITCH) ** 2 });
      }
    }
    const largest = Math.max(...shares.map(({ share }) => share));
    for (const { cell, share } of shares) {
      if ((share < LEAST_COVERAGE && share < largest) || share <= this.#covered[cell]) continue;
      this.#covered[cell] = share;
      this.color[cell] = 1 + COLORS.indexOf(color);
      this.shape[cell] = shape === undefined ? 0 : 1 + SHAPES.indexOf(shape);
    }
  }

  /** Labels the cell under (x, y), in pixels, with a character; outside the picture nothing happens. */
  mark(character: string, x: number, y: number): void {
    const column = Math.floor(x / CELL_SIDE);
    const row = Math.floor(y / CELL_SIDE);
    if (column < 0 || row < 0 || column >= GRID_SIDE || row >= GRID_SIDE) return;
    this.character[row * GRID_SIDE + column] = 1 + CHARACTERS.indexOf(character);
  }
}
