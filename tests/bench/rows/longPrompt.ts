/** Rows of a prompt of thousands of visual tokens. */
import type { LongPromptBench } from "../longPrompt.js";
import type { Bench } from "./row.js";

export const longPromptRows: Bench = {
  name: "longPrompt",
  rows(json) {
    const { visual, memory, memoryTarget, times, fit, fitTarget, step } = json as LongPromptBench;
    const megabytes = (bytes: number) => `${Math.round(bytes / 1e6).toLocaleString("en")} MB`;
    const whole = times[0];
    return [
      {
        what: `${visual.toLocaleString("en")} visual tokens, layers of Qwen2.5-VL-3B: memory that a prefill adds / its estimate`,
        measured: `${memory.ratio.toFixed(2)}: ${megabytes(memory.added)} / ${megabytes(memory.estimate)}`,
        target: `≤ ${memoryTarget}`,
        met: memory.ratio <= memoryTarget,
      },
      {
        what: `— processor time against cost over ${times.length} schedules: R² of a line`,
        measured: `${fit.toFixed(3)} (${whole.cpuSeconds.toFixed(1)} s whole, 2 layers)`,
        target: `≥ ${fitTarget}`,
        met: fit >= fitTarget,
      },
      {
        what: "— a relaxed step, forward and backward, at the embedded model’s width: memory that it adds (its logits alone)",
        measured: `${megabytes(step.memory)} (${megabytes(step.quadratic)})`,
        target: "",
        met: null,
      },
    ];
  },
};
