/** A certificate as the schedule widget draws it: prices by layer. */
import type { ResultCertificate, ResultMove } from "../../export/index.js";
import { spreadText } from "../../export/index.js";
import { short } from "./frontierJson.js";

/** @param schedule id of the schedule that was certified. */
export function certificateJson(certificate: ResultCertificate, schedule: string): object {
  const { layers } = certificate;
  // Layer 0 sees every token and has no price.
  const side = (move: "more" | "less") => {
    const prices = layers.map((layer): ResultMove["price"] => layer[move].price);
    return {
      price: [null, ...prices.map((price) => short(price?.mean))],
      low: [null, ...prices.map((price) => short(price?.low))],
      high: [null, ...prices.map((price) => short(price?.high))],
    };
  };
  return { schedule, more: side("more"), less: side("less"), verdict: spreadText(certificate) };
}
