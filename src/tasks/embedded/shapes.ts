/** The five shapes: how each is drawn and which points it covers. */
import type { SKRSContext2D } from "@napi-rs/canvas";
import type { Region } from "./labels.js";
import type { Shape } from "./vocabulary.js";

type Point = readonly [number, number];

/** Corners of a shape around (0, 0) with half-width 1; the circle has none. */
const CORNERS: Record<Exclude<Shape, "circle">, readonly Point[]> = {
  square: [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ],
  triangle: [
    [0, -1],
    [1, 1],
    [-1, 1],
  ],
  star: Array.from({ length: 10 }, (_, i): Point => {
    const radius = i % 2 === 0 ? 1.15 : 0.5;
    const angle = -Math.PI / 2 + (i * Math.PI) / 5;
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  }),
  cross: [
    [-0.4, -1],
    [0.4, -1],
    [0.4, -0.4],
    [1, -0.4],
    [1, 0.4],
    [0.4, 0.4],
    [0.4, 1],
    [-0.4, 1],
    [-0.4, 0.4],
    [-1, 0.4],
    [-1, -0.4],
    [-0.4, -0.4],
  ],
};

/** Even-odd rule. */
function inPolygon(corners: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = corners.length - 1; i < corners.length; j = i++) {
    const [xi, yi] = corners[i];
    const [xj, yj] = corners[j];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** The region of a shape with centre (x, y) and half-width `size`, in pixels. */
export function shapeRegion(shape: Shape, x: number, y: number, size: number): Region {
  const reach = shape === "star" ? 1.15 * size : size;
  return {
    left: x - reach,
    top: y - reach,
    right: x + reach,
    bottom: y + reach,
    contains: (px, py) =>
      shape === "circle"
        ? (px - x) ** 2 + (py - y) ** 2 <= size ** 2
        : inPolygon(CORNERS[shape], (px - x) / size, (py - y) / size),
  };
}

/** Fills a shape with the context's current fill style; centre and half-width in pixels. */
export function fillShape(context: SKRSContext2D, shape: Shape, x: number, y: number, size: number): void {
  context.beginPath();
  if (shape === "circle") context.arc(x, y, size, 0, 2 * Math.PI);
  else for (const [dx, dy] of CORNERS[shape]) context.lineTo(x + dx * size, y + dy * size);
  context.closePath();
  context.fill();
}
