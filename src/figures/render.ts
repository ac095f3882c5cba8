/** Drawing a specification without a browser: SVG by Vega, PNG through a canvas with the bundled fonts. */
import type * as Vega from "vega";
import type { TopLevelSpec } from "vega-lite";
import { EspalierError } from "../errors.js";
import { loadFonts, type TextStyle, textWidth } from "./fonts.js";
import type { FigureSpecification } from "./specification.js";

/** Vega's replaceable text measure, which its typings leave out. */
interface TextMetrics {
  width: (item: TextStyle, text: unknown) => number;
}

/** Vega takes a tenth of a second to load, and most programs draw nothing. */
let loaded: Promise<{ vega: typeof Vega; compile: typeof import("vega-lite").compile }> | undefined;

async function load() {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  loadFonts();
  const { textMetrics } = vega as unknown as { textMetrics: TextMetrics };
  textMetrics.width = (item, text) => textWidth(text === null || text === undefined ? "" : String(text).trim(), item);
  return { vega, compile };
}

/** Vega numbers its clip paths from one global counter: drawings take turns, so that each one's numbers start at 0. */
let turn: Promise<unknown> = Promise.resolve();

function inTurn<T>(draw: () => Promise<T>): Promise<T> {
  const result = turn.then(draw);
  turn = result.catch(() => undefined);
  return result;
}

function refuse(address: string): Promise<never> {
  return Promise.reject(new EspalierError(`A figure carries its data inside; it may not load ${address}.`));
}

async function withView<T>(specification: FigureSpecification, use: (view: Vega.View) => Promise<T>): Promise<T> {
  loaded ??= load();
  const { vega, compile } = await loaded;
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, parts) => warnings.push(parts.join(" ")));
  const compiled = compile(specification as TopLevelSpec, { logger });
  const loader = vega.loader();
  loader.load = refuse;
  loader.sanitize = refuse;
  const view = new vega.View(vega.parse(compiled.spec), { renderer: "none", loader, logger });
  try {
    vega.resetSVGDefIds();
    return await use(view);
  } finally {
    view.finalize();
  }
}

/**
 * Draws a specification as SVG, without a browser or a network. The same specification gives the same bytes.
 *
 * @param specification Vega-Lite with its data inside, from this folder; anything that would be loaded is refused.
 *
 * @example
 * (await renderSvg(sharesSpecification([1, 1, 0.5, 0.25]))).startsWith("<svg"); // → true
 */
export function renderSvg(specification: FigureSpecification): Promise<string> {
  return inTurn(() => withView(specification, (view) => view.toSVG()));
}

/** Largest side of a PNG in pixels. */
const LARGEST_SIDE = 16_384;

/**
 * Draws a specification as PNG, without a browser, a network or any font of the machine.
 *
 * @param options.scale pixels per unit of the specification; 2 unless told.
 * @param options.width instead of `scale`: pixels the picture is to be wide.
 * @throws EspalierError for a size that is not positive or a side beyond 16,384 pixels.
 *
 * @example
 * const png = await renderPng(frontierSpecification(results), { scale: 2 });
 */
export function renderPng(
  specification: FigureSpecification,
  options: { scale?: number; width?: number } = {},
): Promise<Uint8Array> {
  return inTurn(() =>
    withView(specification, async (view) => {
      const size = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(await view.toSVG());
      if (size === null) throw new Error("Vega's SVG states no size.");
      const [width, height] = [Number(size[1]), Number(size[2])];
      const scale = options.width === undefined ? (options.scale ?? 2) : options.width / width;
      const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
      const fits = columns >= 1 && rows >= 1 && Math.max(columns, rows) <= LARGEST_SIDE;
      if (!fits) {
        throw new EspalierError(
          `A picture of ${columns} × ${rows} pixels cannot be drawn; its sides must be 1 to ${LARGEST_SIDE}. Choose another scale or width.`,
        );
      }
      const { createCanvas } = await import("@napi-rs/canvas");
      const canvas = createCanvas(columns, rows);
      await view.toCanvas(scale, { externalContext: canvas.getContext("2d") });
      return canvas.encode("png");
    }),
  );
}
