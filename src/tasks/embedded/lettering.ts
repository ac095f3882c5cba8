/** Characters in a row, spread so that no two of them have their centres in one visual token. */
import type { Random } from "../../tensor/random.js";
import { fontFamilies } from "./fonts.js";
import { CELL_SIDE } from "./labels.js";
import type { Surface } from "./surface.js";

/** Characters that are laid out but not placed. */
export interface Lettering {
  /** Width of the whole in pixels. */
  readonly width: number;
  /** Draws and labels the characters; (x, baseline) is the left end of the base line in pixels. */
  draw(x: number, baseline: number, fill: string): void;
}

/**
 * Lays out `text` in a random face.
 *
 * @param size font size in pixels; it shrinks until the whole is at most `room` pixels wide.
 */
export function layOut(random: Random, surface: Surface, text: string, size: number, room: number): Lettering {
  const { context, labels } = surface;
  const family = random.choice(fontFamilies());
  const characters = [...text];
  const gap = random.integer(1, 4);
  for (let pixels = size; ; pixels--) {
    const font = `${pixels}px "${family}"`;
    context.font = font;
    const widths = characters.map((character) => context.measureText(character).width);
    // Centre of each character, from the left end.
    const centers = [Math.max(widths[0], CELL_SIDE) / 2];
    for (let i = 1; i < widths.length; i++) {
      centers.push(centers[i - 1] + Math.max(CELL_SIDE, (widths[i - 1] + widths[i]) / 2 + gap));
    }
    const width = centers[centers.length - 1] + Math.max(widths[widths.length - 1], CELL_SIDE) / 2;
    if (width > room && pixels > 8) continue;
    return {
      width,
      draw(x, baseline, fill) {
        context.font = font;
        context.fillStyle = fill;
        characters.forEach((character, i) => {
          context.fillText(character, x + centers[i] - widths[i] / 2, baseline);
          // A third of the size above the base line is the middle of most characters.
          labels.mark(character, x + centers[i], baseline - 0.33 * pixels);
        });
      },
    };
  }
}
