/** A layer's share in words. */
import { formatValue } from "../../core/index.js";
import { tokensOf } from "../rules/index.js";
import type { ChartScene } from "./scene.js";

interface LayerValue {
  readonly layer: number;
  readonly share: number;
  readonly visualTokens: number;
  readonly t: ChartScene["translate"];
}

export function valueText({ layer, share, visualTokens, t }: LayerValue): string {
  const values = {
    layer,
    share: formatValue({ format: "percent", unit: "" }, share, 3),
    tokens: tokensOf(share, visualTokens),
    all: tokensOf(1, visualTokens),
  };
  const said = t("layer {layer}: {share} of the visual tokens, {tokens} of {all}", values);
  return layer === 0 ? `${said}; ${t("fixed, because layer 0 sees the whole picture")}` : said;
}
