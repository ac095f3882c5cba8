/** The chart as a file: self-contained SVG, and PNG made of it. */
import { setAttributes, svgElement } from "../../core/index.js";
import { text } from "./axes.js";
import { ScheduleChart } from "./chart.js";
import type { ChartScene } from "./scene.js";

/** Pixels of a PNG for each of the drawing's. */
const SCALE = 2;

export interface PictureOptions {
  readonly title: string;
  readonly subtitle: string;
  /** For readers of the file that do not see it. */
  readonly description: string;
}

/** @param scene its layout leaves room for a header of 44 pixels. @returns a file that needs nothing else. */
export function svgText(scene: ChartScene, { title, subtitle, description }: PictureOptions): string {
  const { theme, layout } = scene;
  const chart = new ScheduleChart();
  chart.draw(scene);
  const { element } = chart;
  setAttributes(element, { class: null, role: "img" });
  const page = svgElement("rect", { attributes: { width: layout.width, height: layout.height, fill: theme.page } });
  element.prepend(svgElement("title", { text: title }), svgElement("desc", { text: description }), page);
  element.append(
    text(title, { x: 4, y: 18, fill: theme.text, "font-size": 13, "font-weight": "bold" }),
    text(subtitle, { x: 4, y: 34, fill: theme.secondary, "font-size": 10.5 }),
  );
  return new XMLSerializer().serializeToString(element);
}

/** @throws Error where the browser cannot draw it. */
export async function pngOf(svg: string, { width, height }: ChartScene["layout"]): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = width * SCALE;
    canvas.height = height * SCALE;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("No PNG was made.")) : resolve(blob)), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
