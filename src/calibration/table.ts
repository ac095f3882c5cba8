/** A calibration as plain text. */
import { costModel } from "../cost/index.js";
import { formatCost, printable } from "../export/index.js";
import { machineText } from "./machine.js";
import type { Calibration, LayerTimings, Timing } from "./types.js";

/** Rows of cells as aligned lines: the first column to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => row[c].length)));
  return rows.map((row) =>
    `  ${row.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]) : cell.padStart(widths[c]))).join("  ")}`.trimEnd(),
  );
}

const ms = (value: number) => formatCost(value, "ms");
const quartiles = ({ low, high }: Timing) => `${ms(low)} – ${ms(high)}`;
const rate = (value: number) => `${Math.round(value).toLocaleString("en")} tokens/s`;

/** "layers 0–7", "layers 0, 3, 6 (window 512)". */
function kindText({ layers, window }: LayerTimings, total: number): string {
  const which =
    layers.length === total
      ? `all ${total} layers`
      : `layers ${layers.slice(0, 8).join(", ")}${layers.length > 8 ? ", …" : ""}`;
  return window === null ? which : `${which}, window of ${window} tokens`;
}

function layerLines(calibration: Calibration): string[] {
  const { model, layers, latency } = calibration;
  const exact = costModel("exact", model.shape);
  return layers.flatMap((kind, k) => {
    const head = ["tokens", "a layer", "quartiles", "fitted", "FLOPs", "cache not kept", "decoding step"];
    const rows = kind.prefill.map((timing, r) => {
      const { tokens } = timing;
      const flops = 2 * exact.layer(kind.layers[0], tokens).value;
      const dropped = kind.prefillWithoutCache.find((one) => one.tokens === tokens);
      const decode = kind.decode.find((one) => one.tokens === tokens);
      return [
        String(tokens),
        ms(timing.median),
        quartiles(timing),
        ms(latency.tables[k].ms[r]),
        formatCost(flops, "exactFlops"),
        dropped === undefined ? "" : ms(dropped.median),
        decode === undefined ? "" : ms(decode.median),
      ];
    });
    return ["", `One layer, ${kindText(kind, model.shape.layers)}`, ...aligned([head, ...rows])];
  });
}

function besideLines({ selector, embedding, predictor, head, latency, settings }: Calibration): string[] {
  const last = (timings: readonly (Timing & { tokens: number })[]) => timings[timings.length - 1];
  const row = (what: string, timing: (Timing & { tokens?: number }) | undefined): string[][] =>
    timing === undefined
      ? []
      : [[what, timing.tokens === undefined ? "1" : String(timing.tokens), ms(timing.median), quartiles(timing)]];
  return [
    "",
    "Beside the layers, at the longest prompt",
    ...aligned([
      ["", "tokens", "time", "quartiles"],
      ...row(`${settings.selector}: scores of a layer`, last(selector.scoring)),
      ...row("ranking and removing half of the tokens", last(selector.removal)),
      ...row("predictor and projection", last(predictor)),
      ...row("embedding", last(embedding)),
      ...row("head", head),
    ]),
    `  A fall of counts takes ${ms(latency.selector.perFall)} at half of the longest prompt.`,
  ];
}

function throughputLines({ batch, concurrency }: Calibration): string[] {
  return [
    "",
    "Prompts together",
    ...aligned([
      ["", "tokens each", "time", "through a layer"],
      ...batch.map(({ size, tokens, median, tokensPerSecond }) => [
        `batch of ${size}, one layer`,
        String(tokens),
        ms(median),
        rate(tokensPerSecond),
      ]),
      ...concurrency.runs.map(({ together, layers, tokens, median, tokensPerSecond }) => [
        `${together} awaited together, ${layers} ${layers === 1 ? "layer" : "layers"}`,
        String(tokens),
        ms(median),
        rate(tokensPerSecond * layers),
      ]),
    ]),
    `  Concurrency: ${concurrency.meaning}`,
  ];
}

function endToEndLines({ endToEnd }: Calibration): string[] {
  const { runs, ratio, rSquared } = endToEnd;
  return [
    "",
    "Whole runs, from ids to the next token",
    ...aligned([
      ["schedule", "text + visual", "predicted", "measured", "quartiles", "measured / predicted"],
      ...runs.map((run) => [
        run.schedule,
        `${run.text} + ${run.counts[0]}`,
        ms(run.predicted),
        ms(run.median),
        quartiles(run),
        (run.median / run.predicted).toFixed(2),
      ]),
    ]),
    `  Measured / predicted: median ${ratio.median.toFixed(2)}, ${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)}; R² ${rSquared.toFixed(3)}`,
  ];
}

/**
 * The whole calibration, for a terminal.
 *
 * @example
 * console.log(renderCalibration(readCalibration("here.json")));
 */
export function renderCalibration(calibration: Calibration): string {
  const { model, machine, effort, settings } = calibration;
  const { works, settled, seconds, widestSpread } = effort;
  const open =
    settled === works
      ? `every median within ${(100 * settings.spread).toFixed(1)}%`
      : `${settled} of ${works} medians within ${(100 * settings.spread).toFixed(1)}%, the widest within ${(100 * widestSpread).toFixed(1)}%; more --seconds narrow them`;
  const lines = [
    printable(`${model.name} (${model.architecture}) on ${machineText(machine)}`),
    `Measured for ${seconds.toFixed(1)} s: ${open}.`,
    ...layerLines(calibration),
    ...besideLines(calibration),
    ...throughputLines(calibration),
    ...endToEndLines(calibration),
  ];
  return `${lines.join("\n")}\n`;
}
