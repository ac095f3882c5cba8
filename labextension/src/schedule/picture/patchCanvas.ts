/** The patches, drawn over their picture. */
import { element, type Theme } from "../../core/index.js";
import { isAlive } from "../rules/index.js";
import { deathColour } from "./shading.js";

export interface PatchScene {
  readonly rows: number;
  readonly columns: number;
  /** Null: nothing is known, nothing drawn. */
  readonly deaths: Uint16Array | null;
  readonly layers: number;
  readonly layer: number;
  readonly shaded: boolean;
  readonly theme: Theme;
}

/** Of the shades: the picture is to be seen through them. */
const SHADE = 0.5;
/** Of what covers a patch that is gone. */
const COVER = 0.84;

export class PatchCanvas {
  readonly element = element("canvas", { class: "espalier-schedule-patches", attributes: { "aria-hidden": "true" } });

  draw(scene: PatchScene): void {
    const canvas = this.element;
    const { clientWidth, clientHeight } = canvas;
    const scale = devicePixelRatio;
    const [width, height] = [Math.round(clientWidth * scale), Math.round(clientHeight * scale)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.clearRect(0, 0, width, height);
    const { deaths, layers, layer, shaded, theme, columns } = scene;
    if (deaths === null) return;
    const gone = new Path2D();
    deaths.forEach((death, patch) => {
      const [x, y, w, h] = this.#boxOf(scene, patch % columns, Math.floor(patch / columns));
      if (!isAlive(deaths, patch, layer)) gone.rect(x, y, w, h);
      const colour = shaded ? deathColour(death, layers) : null;
      if (colour === null) return;
      context.globalAlpha = SHADE;
      context.fillStyle = colour;
      context.fillRect(x, y, w, h);
    });
    context.globalAlpha = COVER;
    context.fillStyle = theme.page;
    context.fill(gone);
    this.#hatch(context, gone, theme);
    context.globalAlpha = 1;
  }

  /** The patch at a place of the page; null outside. */
  patchAt({ rows, columns }: Pick<PatchScene, "rows" | "columns">, x: number, y: number): number | null {
    const box = this.element.getBoundingClientRect();
    const column = Math.floor(((x - box.left) / box.width) * columns);
    const row = Math.floor(((y - box.top) / box.height) * rows);
    return column < 0 || row < 0 || column >= columns || row >= rows ? null : row * columns + column;
  }

  /** On whole pixels, so that neighbours leave no seams. */
  #boxOf({ rows, columns }: PatchScene, column: number, row: number): [number, number, number, number] {
    const { width, height } = this.element;
    const [left, top] = [Math.round((column * width) / columns), Math.round((row * height) / rows)];
    const [right, bottom] = [Math.round(((column + 1) * width) / columns), Math.round(((row + 1) * height) / rows)];
    return [left, top, right - left, bottom - top];
  }

  /** Lines across what is gone: not told by brightness alone. */
  #hatch(context: CanvasRenderingContext2D, gone: Path2D, theme: Theme): void {
    const { width, height } = this.element;
    const gap = 7 * devicePixelRatio;
    context.save();
    context.clip(gone);
    context.globalAlpha = theme.forced ? 1 : 0.55;
    context.strokeStyle = theme.axis;
    context.lineWidth = devicePixelRatio;
    context.beginPath();
    for (let at = -height; at < width; at += gap) {
      context.moveTo(at, height);
      context.lineTo(at + height, 0);
    }
    context.stroke();
    context.restore();
  }
}
