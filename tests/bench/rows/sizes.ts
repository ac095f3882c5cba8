/** Rows of checkpoints of real size. */
import type { SizesBench } from "../sizes.js";
import { type Bench, percent, type Row } from "./row.js";

export const sizesRows: Bench = {
  name: "sizes",
  rows(json) {
    const { sizes, widening } = json as SizesBench;
    const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
    return [
      ...sizes.map(({ name, parameters, tokens, estimate, available, run, target }): Row => {
        const what = `${name}, ${(parameters / 1e9).toFixed(2)} billion random bfloat16 weights, prefill of ${tokens} tokens: peak of resident memory / estimate`;
        if (run === null) {
          const measured = `not run: ${gigabytes(estimate)} needed, ${gigabytes(available)} available`;
          return { what, measured, target: `≤ ${target}`, met: null };
        }
        const { peak, ratio, layer, tower } = run;
        const times = `tower ${tower.toFixed(0)} s, a layer ${layer.toFixed(2)} s`;
        const measured = `${ratio.toFixed(2)}: ${gigabytes(peak)} / ${gigabytes(estimate)}; ${times}`;
        return { what, measured, target: `≤ ${target}`, met: ratio <= target };
      }),
      {
        what: `Widening a layer's weights (Qwen2.5-VL-3B) / that layer at ${widening.tokens} tokens`,
        measured: `${percent(widening.widening / widening.layer)}: ${(1000 * widening.widening).toFixed(0)} ms / ${(1000 * widening.layer).toFixed(0)} ms`,
        target: "",
        met: null,
      },
    ];
  },
};
