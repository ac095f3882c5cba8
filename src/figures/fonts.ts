/** The bundled fonts (DejaVu, a free licence): text is drawn, and measured, the same on a machine that has no fonts. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createCanvas, GlobalFonts, type SKRSContext2D } from "@napi-rs/canvas";
import { EspalierError } from "../errors.js";

const FAMILY = "DejaVu Sans";
const FILES = ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf"];

let context: SKRSContext2D | undefined;

/**
 * Makes DejaVu Sans known to the canvas; the first call reads the files, later ones do nothing.
 *
 * @throws EspalierError when the package with the fonts is not installed.
 */
export function loadFonts(): void {
  if (context !== undefined) return;
  const require = createRequire(import.meta.url);
  let folder: string;
  try {
    folder = join(dirname(require.resolve("dejavu-fonts-ttf/package.json")), "ttf");
  } catch (cause) {
    throw new EspalierError("The fonts of the package dejavu-fonts-ttf are missing; run `npm install` again.", {
      cause,
    });
  }
  for (const file of FILES) {
    if (GlobalFonts.registerFromPath(join(folder, file), FAMILY) === null) {
      throw new EspalierError(`The font ${join(folder, file)} cannot be read; run \`npm install\` again.`);
    }
  }
  context = createCanvas(1, 1).getContext("2d");
}

/** How a text is set; sizes in pixels. */
export interface TextStyle {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
  readonly fontStyle?: string;
}

const widths = new Map<string, number>();

/** Width of `text` in pixels as DejaVu Sans; 11 px regular unless told. */
export function textWidth(text: string, style: TextStyle = {}): number {
  loadFonts();
  const size = Number(style.fontSize ?? 11);
  if (!(size > 0) || text === "") return 0;
  const font = `${style.fontStyle ?? "normal"} ${style.fontWeight ?? "normal"} ${size}px "${FAMILY}"`;
  const key = `${font}|${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    context!.font = font;
    width = context!.measureText(text).width;
    if (widths.size > 10_000) widths.clear();
    widths.set(key, width);
  }
  return width;
}
