/** Handing the plot out as files: pictures, a table, a specification, the selected configuration. */
import type { SeriesStyle } from "../../../src/figures/browser.js";
import { FONT, seriesStyles } from "../../../src/figures/browser.js";
import { element } from "../core/index.js";
import type { Host } from "../widget.js";
import { pngOf, svgOf } from "./drawing/index.js";
import type { ExportKind } from "./exportKinds.js";
import { configurationOf, csvOf, exportSpecification, type FrontierScene } from "./model/index.js";
import type { Words } from "./panels/index.js";

export interface ExportState {
  readonly scene: FrontierScene;
  readonly words: Words;
  readonly host: Host;
  /** −1 for none. */
  readonly selected: number;
  readonly shares: readonly number[] | null;
}

/** Makes a file and gives it to the host. @throws Error where a picture cannot be made. */
export async function exportAs(kind: ExportKind, state: ExportState): Promise<void> {
  const { host, scene, selected, shares } = state;
  const name = fileName(scene.data.title);
  switch (kind) {
    case "SVG":
      return host.saveFile(`${name}.svg`, await svgOf(specificationOf(state)));
    case "PNG":
      return host.saveFile(`${name}.png`, await pngOf(specificationOf(state)));
    case "CSV":
      return host.saveFile(`${name}.csv`, new Blob([csvOf(scene)], { type: "text/csv" }));
    case "Vega-Lite":
      return host.saveFile(`${name}.vl.json`, jsonBlob(specificationOf(state)));
    case "JSON":
      if (selected < 0) return;
      return host.saveFile(
        `${fileName(scene.points.label(selected))}.json`,
        jsonBlob(configurationOf(scene, selected, shares)),
      );
  }
}

/** In the colours of the static figures, on white, whatever the theme is. */
function specificationOf({ scene, words }: ExportState): object {
  const pen = element("canvas").getContext("2d")!;
  pen.font = `bold 11px ${FONT}`;
  return exportSpecification(scene, stylesOnWhite(scene), {
    title: scene.data.title,
    subtitle: scene.data.subtitle,
    cost: words.axis(scene.costAxis),
    metric: words.direction(scene.metricAxis),
    unpruned: words.text("unpruned"),
    describe: (point) => words.describe(scene, point),
    widthOf: (text) => pen.measureText(text).width,
  });
}

function stylesOnWhite(scene: FrontierScene): SeriesStyle[] {
  const names = scene.styleNames;
  const styles = seriesStyles(names);
  return names.map((name) => styles.get(name)!);
}

function jsonBlob(value: object): Blob {
  return new Blob([`${JSON.stringify(value, null, 2)}\n`], { type: "application/json" });
}

/** A title as a file's name: letters, digits and dashes. */
function fileName(title: string): string {
  const plain = title
    .normalize("NFKD")
    .replace(/[^\w]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return plain === "" ? "frontier" : plain;
}
