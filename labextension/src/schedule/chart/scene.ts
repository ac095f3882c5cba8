/** What the chart draws. */
import type { SeriesStyle } from "../../../../src/figures/browser.js";
import { stylesOf, type Theme } from "../../core/index.js";
import type { CertificateBars } from "../../data/index.js";
import type { Host } from "../../widget.js";
import type { ChartLayout } from "./layout.js";

/** Another schedule, drawn over the bars. */
export interface SceneLine {
  readonly label: string;
  readonly shares: readonly number[];
  readonly style: SeriesStyle;
}

export interface ChartScene {
  readonly layout: ChartLayout;
  readonly theme: Theme;
  /** Of the edited schedule. */
  readonly shares: readonly number[];
  readonly visualTokens: number;
  /** The chosen one; null where none is to be marked. */
  readonly layer: number | null;
  readonly lines: readonly SceneLine[];
  readonly certificate: CertificateBars | null;
  /** Name of the certificate's schedule. */
  readonly certified: string;
  readonly translate: Host["translate"];
}

/** Colour of the edited schedule's bars, and of prices of more: the search's. */
export function barColour({ theme }: Pick<ChartScene, "theme">): string {
  return stylesOf(["search"], theme).get("search")!.colour;
}

/** Of prices of less: the first other one, as in the static figure. */
export function lessColour({ theme }: Pick<ChartScene, "theme">): string {
  return stylesOf(["less"], theme).get("less")!.colour;
}
