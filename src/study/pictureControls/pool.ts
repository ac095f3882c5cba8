/** Averaged visual tokens: the control for models that see every picture at one size (METHOD §8). */
import { visualTokens } from "../../checkpoint/index.js";
import { PooledModel, type TokenGrid } from "../../models/index.js";
import { SERIES } from "../entries.js";
import type { PictureControl } from "./pictureControl.js";
import { withRuns } from "./withRuns.js";

/**
 * The grid with the most cells, `most` or fewer, that has about the shape of another: the shares of rows and of columns that
 * are left differ by at most one line of the shorter side. Of two with as many cells the one nearer to the shape.
 *
 * @returns null for `most` < 1.
 */
export function pooledGrid({ rows, columns }: TokenGrid, most: number): TokenGrid | null {
  const line = 1 / Math.min(rows, columns);
  const apart = (grid: TokenGrid) => Math.abs(grid.rows / rows - grid.columns / columns);
  let best: TokenGrid | null = null;
  for (let r = 1; r <= Math.min(rows, most); r++) {
    for (let c = 1; c <= Math.min(columns, Math.floor(most / r)); c++) {
      const grid = { rows: r, columns: c };
      if (apart(grid) > line * (1 + 1e-9)) continue;
      const gain = best === null ? 1 : r * c - best.rows * best.columns;
      if (gain > 0 || (gain === 0 && apart(grid) < apart(best!))) best = grid;
    }
  }
  return best;
}

/** Every picture's visual tokens averaged over the largest grid that the budget affords, the same for all of a sample's. */
export const pooledTokens: PictureControl = {
  series: SERIES.pooled,
  title: "control averaged visual tokens",
  applies: ({ studyModel: { config } }) => "imageSize" in config.vision,
  begin({ studyModel: { model, config }, data }) {
    const pooled = new Map<string, PooledModel>();
    return async (index, most) => {
      const sample = data.test[index];
      const pictures = sample.gridThw.length;
      if (pictures === 0) return { model, sample };
      const whole = model.visualGrid(sample.gridThw[0]);
      const grid = pooledGrid(whole, Math.floor(most / pictures));
      if (grid === null) return null;
      if (grid.rows === whole.rows && grid.columns === whole.columns) return { model, sample };
      const key = `${grid.rows} ${grid.columns}`;
      const smaller = pooled.get(key) ?? new PooledModel(model, grid);
      pooled.set(key, smaller);
      const before = sample.gridThw.map((one) => visualTokens(config, one));
      const after = before.map(() => grid.rows * grid.columns);
      return { model: smaller, sample: { ...sample, ...withRuns(sample, config.tokens.image, before, after) } };
    };
  },
};
