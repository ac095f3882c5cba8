/** Cells of notebooks that need no model. */

/** Imports, and fifteen points of a search. */
export const POINTS = `import { frontier, schedule } from "espalier";
const interval = (mean: number) => ({ mean, low: mean * 0.8, high: mean * 1.2 });
const points = Array.from({ length: 15 }, (_, i) => {
  const share = (i + 1) / 16;
  return {
    series: "search",
    configuration: \`search@\${share}\`,
    budget: share,
    cost: { paperMacs: share * 1e9, exactMacs: share * 1e9, exactFlops: share * 2e9, kvBytes: share * 1e6, normalised: share, share, textOnly: share },
    divergence: interval(2 * Math.exp(-6 * share)),
    accuracy: null,
  };
});`;

export const FRONTIER = "const view = frontier(points);";

/** Says what the kernel has heard. */
export const HEARD =
  '[(await view.selected())?.configuration ?? "nothing", view.budget ?? "no budget", view.brushed.length].join(" ")';
