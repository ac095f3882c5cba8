/** The export's specification as pictures. */

import { loadVega } from "./vega.js";
import type { View } from "./vegaRuntime.js";

/** Pixels of a PNG for one of the specification. */
const SCALE = 2;

export async function svgOf(specification: object): Promise<Blob> {
  return withView(specification, async (view) => new Blob([await view.toSVG()], { type: "image/svg+xml" }));
}

/** @throws Error where the browser cannot make the picture. */
export async function pngOf(specification: object): Promise<Blob> {
  return withView(specification, async (view) => {
    const canvas = await view.toCanvas(SCALE);
    return new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("The picture cannot be made.")) : resolve(blob))),
    );
  });
}

async function withView<T>(specification: object, use: (view: View) => Promise<T>): Promise<T> {
  const vega = await loadVega();
  const view = vega.makeView(vega.parseChart(vega.compileChart(specification)), null);
  try {
    return await use(view);
  } finally {
    view.finalize();
  }
}
