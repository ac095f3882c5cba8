/** What the pictures of a sample cost before the decoder sees them. */
import type { GridThw } from "../../models/index.js";

/** Multiply-accumulates of matrix products. */
export interface VisionMacs {
  readonly tower: number;
  /** From the tower's features to visual tokens of the decoder's width: a merger or projector. */
  readonly merger: number;
}

/** The count of one architecture, of pictures with these grids. */
export type CountVision<Config> = (config: Config, grids: readonly GridThw[]) => VisionMacs;
