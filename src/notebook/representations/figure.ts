/** A figure of the library as a MIME bundle that is drawn everywhere. */
import type { Represented } from "../../../kernel/src/api/index.js";
import { type FigureSpecification, renderPng, renderSvg } from "../../figures/index.js";

/**
 * What JupyterLab's and VS Code's own renderers take. The library's figures keep to what Vega-Lite 5 and 6 share; its newer
 * schema would only make them warn.
 */
const MIME_TYPE = "application/vnd.vegalite.v5+json";
const SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json";
/** Digits of a number in a notebook: more than a screen can show, and a third of the bytes. */
const DIGITS = 5;
/** Pixels of the picture per unit of the figure: sharp enough for a page, small enough for a notebook. */
const SCALE = 1.25;
/** Colours of the picture: a drawing has few, and with a palette it takes a quarter of the bytes. */
const COLOURS = 128;

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * The specification for front ends that draw it, drawings for pages that do not, a text for terminals. No HTML, which many
 * front ends would prefer to the figure.
 */
export async function figureBundle(specification: FigureSpecification, text: string): Promise<Awaited<Represented>> {
  // Loaded with the first figure: a cell that shows none need not wait for it.
  const { default: sharp } = await import("sharp");
  const picture = await renderPng(specification, { scale: SCALE });
  const small = await sharp(picture).png({ palette: true, colours: COLOURS, compressionLevel: 9 }).toBuffer();
  return {
    [MIME_TYPE]: { ...compact(specification), $schema: SCHEMA },
    "image/svg+xml": withoutNoise(await renderSvg(specification)),
    "image/png": small.toString("base64"),
    "text/plain": text.trimEnd(),
  };
}

/**
 * Coordinates to a hundredth of a pixel, and no attribute that changes nothing; texts stay as they are. The font stands once, at
 * the root. Pages show it as a picture, in which no mark can be read by itself: the table beside it can.
 */
function withoutNoise(svg: string): string {
  const [font] = / font-family="[^"]*"/.exec(svg) ?? [""];
  const shorter = svg
    .replaceAll(font, "")
    .replace("<svg ", `<svg${font} `)
    .replace(/ opacity="1"/g, "")
    .replace(/<path [^>]*>/g, (path) => path.replace(/ (?:aria-label|role|aria-roledescription)="[^"]*"/g, ""));
  return shorter.replace(/ (d|transform|x|y|x1|x2|y1|y2)="([^"]*)"/g, (_, name: string, value: string) => {
    const short = value.replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));
    return ` ${name}="${short}"`;
  });
}

/** The same figure in fewer bytes: numbers rounded, fields of records that nothing draws left out, each dataset once. */
export function compact(specification: FigureSpecification): Record<string, Json> {
  const copy = JSON.parse(JSON.stringify(specification, rounded)) as Record<string, Json>;
  const { datasets, ...drawing } = copy;
  if (typeof datasets !== "object" || datasets === null || Array.isArray(datasets)) return copy;
  const names = new Map<string, string>();
  const merged: Record<string, Json> = {};
  const renamed = new Map<string, string>();
  for (const [name, records] of Object.entries(datasets)) {
    const drawn = JSON.stringify(layersOf(drawing, name));
    const slim = Array.isArray(records) ? records.map((record) => slimmed(record, drawn)) : records;
    const text = JSON.stringify(slim);
    const same = names.get(text);
    if (same === undefined) {
      names.set(text, name);
      merged[name] = slim;
    } else renamed.set(name, same);
  }
  return { ...(rename(copy, renamed) as Record<string, Json>), datasets: merged };
}

function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(DIGITS)) : value;
}

/** The parts of a specification that draw a dataset. */
function layersOf(value: Json, name: string): Json[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item) => layersOf(item, name));
  const { data } = value;
  const isOwn = typeof data === "object" && data !== null && !Array.isArray(data) && data["name"] === name;
  return isOwn ? [value] : Object.values(value).flatMap((item) => layersOf(item, name));
}

/** A field that is not there is drawn as one that is null: not at all. What no layer names is not drawn either. */
function slimmed(record: Json, drawn: string): Json {
  if (typeof record !== "object" || record === null || Array.isArray(record)) return record;
  return Object.fromEntries(Object.entries(record).filter(([name, value]) => value !== null && drawn.includes(name)));
}

/** Points `data: { name }` at the dataset that stayed. */
function rename(value: Json, renamed: ReadonlyMap<string, string>): Json {
  if (Array.isArray(value)) return value.map((item) => rename(item, renamed));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name =
        key === "data" && typeof item === "object" && item !== null && !Array.isArray(item) ? item["name"] : null;
      if (typeof name === "string") return [key, { ...(item as object), name: renamed.get(name) ?? name } as Json];
      return [key, rename(item, renamed)];
    }),
  );
}
