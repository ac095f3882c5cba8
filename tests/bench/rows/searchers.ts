/** Rows of every searcher at what its search costs. */
import type { SearcherRow, SearchersBench } from "../searchers.js";
import { type Bench, percent, type Row, signed } from "./row.js";

export const searchersRows: Bench = {
  name: "searchers",
  rows(json) {
    const { samples, evaluations, seeds, reached, bandsAt, rows, multiStep } = json as SearchersBench;
    const search = rows.find(({ name }) => name === "search")!;
    const thousand = (work: number) => `${(work / 1000).toFixed(0)}k`;
    const band = (row: SearcherRow, at: number) => {
      const [low, middle, high] = row.bands.map(({ divergence }) => divergence[at]);
      const show = (value: number | null | undefined) =>
        value === null || value === undefined ? "–" : value.toFixed(3);
      return row.runs === 1 ? show(middle) : `${show(middle)} (${show(low)}–${show(high)})`;
    };
    const grid = rows.find(({ name }) => name === "grid")!;
    const rivals = ["nsga2", "tpe"].map((name) => rows.find((row) => row.name === name)!);
    const ofGrid = search.hypervolume[0] / grid.hypervolume[0];
    // A rival that never gets there costs more than all that it was given.
    const ratios = rivals.map(({ toReach, layerForwards }) => (toReach ?? layerForwards) / search.layerForwards);
    const table = rows.map((row): Row => {
      const [middle, low, high] = row.hypervolume;
      const spread = row.runs === 1 ? "" : ` [${low.toFixed(4)}, ${high.toFixed(4)}]`;
      return {
        what: `${row.title}: ${thousand(row.layerForwards)} layer-forwards${row.runs === 1 ? "" : `, ${row.runs} seeds`}; hypervolume on test samples`,
        measured:
          `${middle.toFixed(4)}${spread}; at the search's cost ${row.atSearchCost.toFixed(4)}; ` +
          `to ${percent(reached, 0)} of the grid's ${row.toReach === null ? "never" : thousand(row.toReach)}; ` +
          `nats at ${bandsAt.join(", ")}: ${bandsAt.map((_, at) => band(row, at)).join(", ")}`,
        target: "",
        met: null,
      };
    });
    const verdict: Row = {
      what: `Searchers on the embedded model, ${samples} samples a split, ${evaluations} schedules each, ${seeds} seeds (median, [least, most]; quartiles): cost of NSGA-II and of TPE to ${percent(reached, 0)} of the grid's hypervolume on validation samples / all that the search costs`,
      measured:
        `${rivals.map(({ title, toReach }, i) => `${title} ${toReach === null ? "> " : ""}${ratios[i].toFixed(1)}×`).join(", ")}; ` +
        `the search has ${percent(ofGrid)} of the grid's on test samples`,
      target: "≥ 5×",
      met: ofGrid >= reached && ratios.every((ratio) => ratio >= 5),
    };
    const steps = [...multiStep]
      .sort((x, y) => (x.budget ?? 0) - (y.budget ?? 0))
      .map(({ budget, difference, low, high, pHolm, verdict: said }): Row => {
        const judged = said === "not distinguishable" ? ": not distinguishable" : "";
        return {
          what: `multi-step − single-step at budget ${budget}, nats, matched executed cost`,
          measured: `${signed(difference)} [${signed(low)}, ${signed(high)}], p = ${pHolm.toFixed(2)} after Holm${judged}`,
          target: "",
          met: null,
        };
      });
    return [verdict, ...table, ...steps];
  },
};
