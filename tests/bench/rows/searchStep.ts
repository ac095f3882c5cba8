/** The search step's rows, beside the twin's. */
import type { SearchStepBench } from "../searchStep.js";
import type { Bench } from "./row.js";

export const searchStepRows: Bench = {
  name: "searchStep",
  rows(json) {
    const { own, twin, ratio, ratioToBest, ratioWithTeacher, ratioAtSameBatch, target, note } = json as SearchStepBench;
    const step = own[0];
    const wide = own.reduce((a, b) => (b.batch > a.batch ? b : a));
    const what = "Search step, processor time a sample / eager PyTorch twin of the released method";
    const own1 = `${(1000 * step.cpuSecondsPerSample).toFixed(1)} ms (batch ${step.batch})`;
    if (ratio === null || !twin || ratioAtSameBatch === null || ratioToBest === null || ratioWithTeacher === null) {
      return [{ what, measured: `${own1}; ${note ?? "twin not measured"}`, target: `≤ ${target}`, met: null }];
    }
    const released = `${(1000 * twin[0].cpuSecondsPerSample).toFixed(1)} ms (batch ${twin[0].batch})`;
    return [
      { what, measured: `${ratio.toFixed(2)}: ${own1} / ${released}`, target: `≤ ${target}`, met: ratio <= target },
      {
        what: "— the teacher’s one run over the samples added, spread over the epochs of a search",
        measured: ratioWithTeacher.toFixed(2),
        target: "",
        met: null,
      },
      {
        what: `— at batch ${wide.batch}`,
        measured: (wide.cpuSecondsPerSample / twin[0].cpuSecondsPerSample).toFixed(2),
        target: "",
        met: null,
      },
      { what: "— both at batch 4", measured: ratioAtSameBatch.toFixed(2), target: "", met: null },
      { what: "— against the twin's best batch", measured: ratioToBest.toFixed(2), target: "", met: null },
    ];
  },
};
