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
  const gap = random.integer(2, 5);
  for (let pixels = size; ; pixels--) {
    const font = `${pixels}px "${family}"`;
    context.font = font;
    const inks = characters.map((character) => {
      const box = context.measureText(character);
      return {
        width: box.actualBoundingBoxLeft + box.actualBoundingBoxRight,
        // Middle of the ink, from where the character is drawn.
        right: (box.actualBoundingBoxRight - box.actualBoundingBoxLeft) / 2,
        down: (box.actualBoundingBoxDescent - box.actualBoundingBoxAscent) / 2,
      };
    });
    // Middle of each character's ink, from the left end.
    const centers = [Math.max(inks[0].width, CELL_SIDE) / 2];
    for (let i = 1; i < inks.length; i++) {
      centers.push(centers[i - 1] + Math.max(CELL_SIDE, (inks[i - 1].width + inks[i].width) / 2 + gap));
    }
    const width = centers[centers.length - 1] + Math.max(inks[inks.length - 1].width, CELL_SIDE) / 2;
    if (width > room && pixels > 8) continue;
    return {
      width,
      draw(x, baseline, fill) {
        context.font = font;
        context.fillStyle = fill;
        characters.forEach((character, i) => {
          context.fillText(character, x + centers[i] - inks[i].right, baseline);
          labels.mark(character, x + centers[i], baseline + inks[i].down);
        });
      },
    };
  }
}
