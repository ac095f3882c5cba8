/** The typefaces of the pictures: the DejaVu files of an npm package, so that pictures are equal on every machine. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { GlobalFonts } from "@napi-rs/canvas";
import { EspalierError } from "../../errors.js";

const FILES = [
  "DejaVuSans",
  "DejaVuSans-Bold",
  "DejaVuSans-BoldOblique",
  "DejaVuSans-ExtraLight",
  "DejaVuSans-Oblique",
  "DejaVuSansCondensed",
  "DejaVuSansCondensed-Bold",
  "DejaVuSansCondensed-BoldOblique",
  "DejaVuSansCondensed-Oblique",
  "DejaVuSansMono",
  "DejaVuSansMono-Bold",
  "DejaVuSansMono-BoldOblique",
  "DejaVuSansMono-Oblique",
  "DejaVuSerif",
  "DejaVuSerif-Bold",
  "DejaVuSerif-BoldItalic",
  "DejaVuSerif-Italic",
  "DejaVuSerifCondensed",
  "DejaVuSerifCondensed-Bold",
  "DejaVuSerifCondensed-BoldItalic",
  "DejaVuSerifCondensed-Italic",
] as const;

let registered: readonly string[] | undefined;

/**
 * The family names of the faces, each family holding exactly one face (so that no weight or slant is looked up or
 * imitated). The files are registered on the first call.
 *
 * @throws EspalierError when a font file cannot be read.
 */
export function fontFamilies(): readonly string[] {
  if (registered === undefined) {
    const folder = join(dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")), "ttf");
    registered = FILES.map((file) => {
      const family = `Espalier ${file}`;
      const path = join(folder, `${file}.ttf`);
      if (GlobalFonts.registerFromPath(path, family) === null) {
        throw new EspalierError(`The font file ${path} cannot be read; reinstall the npm package dejavu-fonts-ttf.`);
      }
      return family;
    });
  }
  return registered;
}
