/** What the benches print, as lines of a table with their targets. */

import type { ArchitecturesBench } from "./architectures.js";
import type { benchEmbedded } from "./embedded.js";
import type { benchFrontier } from "./frontier.js";
import type { GeneralisationBench } from "./generalisation.js";
import type { benchGrid } from "./grid.js";
import type { KernelRow, KernelsBench } from "./kernels.js";
import type { LongPromptBench } from "./longPrompt.js";
import type { benchMemory } from "./memory.js";
import type { benchPrefill } from "./prefill.js";
import type { benchQueue } from "./queue.js";
import type { SearcherRow, SearchersBench } from "./searchers.js";
import type { SearchStepBench } from "./searchStep.js";
import type { SizesBench } from "./sizes.js";
import type { Spread } from "./widgets/spread.js";
import type { benchWidgets } from "./widgets.js";

/** One line of the table. `met` is null where there is no target, or nothing was measured. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean | null;
}

export interface Bench {
  readonly name: string;
  /** @param json what the bench printed. */
  rows(json: unknown): Row[];
}

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

export const BENCHES: readonly Bench[] = [
  {
    name: "prefill",
    rows(json) {
      const { ratio, target, costShare } = json as Awaited<ReturnType<typeof benchPrefill>>;
      return [
        {
          what: `Pruned prefill at ${costShare.toFixed(2)} of the full cost, layers of Qwen2.5-VL-3B: time / full time`,
          measured: ratio.toFixed(2),
          target: `≤ ${target}`,
          met: ratio <= target,
        },
      ];
    },
  },
  {
    name: "searchStep",
    rows(json) {
      const { own, twin, ratio, ratioToBest, ratioWithTeacher, ratioAtSameBatch, target, note } =
        json as SearchStepBench;
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
  },
  {
    name: "grid",
    rows(json) {
      const { configurations, ratio, cpuRatio, tokenShare, target } = json as Awaited<ReturnType<typeof benchGrid>>;
      return [
        {
          what: `Grid of ${configurations} with shared prefixes: time / (${percent(tokenShare)} of the rows × time unshared)`,
          measured: `${ratio.toFixed(2)} (processor time ${cpuRatio.toFixed(2)})`,
          target: `≤ ${target}`,
          met: ratio <= target,
        },
      ];
    },
  },
  {
    name: "memory",
    rows(json) {
      const { marks, tensorsFlat, growth, peakMemory, target } = json as Awaited<ReturnType<typeof benchMemory>>;
      const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
      return [
        {
          what: `Memory over ${marks.at(-1)?.step} search steps: growth of resident memory behind the first half`,
          measured: `${percent(growth)}, tensors ${tensorsFlat ? "flat" : "growing"}, peak ${megabytes(peakMemory)}`,
          target: `≤ ${percent(target, 0)}`,
          met: tensorsFlat && growth <= target,
        },
      ];
    },
  },
  {
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
  },
  {
    name: "embedded",
    rows(json) {
      const { questions, seeing, blind, majority, cut, cutBudget, targets } = json as Awaited<
        ReturnType<typeof benchEmbedded>
      >;
      const tasks = Object.entries(seeing.tasks).sort(([, a], [, b]) => a.mean - b.mean);
      const [lowest, { mean: least }] = tasks[0];
      const guessing = Object.values(majority).reduce((a, b) => a + b, 0) / tasks.length;
      return [
        {
          what: `Embedded model, ${questions} test questions: mean accuracy of the eight tasks, unpruned`,
          measured: seeing.mean.toFixed(3),
          target: `≥ ${targets.mean}`,
          met: seeing.mean >= targets.mean,
        },
        {
          what: "— the lowest task",
          measured: `${least.toFixed(2)} (${lowest})`,
          target: `≥ ${targets.task}`,
          met: least >= targets.task,
        },
        {
          what: "— the pictures greyed out",
          measured: blind.mean.toFixed(3),
          target: `≤ ${(guessing + targets.aboveGuessing).toFixed(2)}, the majority answers’ share + ${targets.aboveGuessing}`,
          met: blind.mean <= guessing + targets.aboveGuessing,
        },
        {
          what: `— nats of the best single cut at budget ${cutBudget}: how far its frontier is from trivial`,
          measured: cut.divergence.toFixed(2),
          target: `≥ ${targets.cutDivergence}`,
          met: cut.divergence >= targets.cutDivergence,
        },
      ];
    },
  },
  {
    name: "frontier",
    rows(json) {
      const { samples, quality, workShare, targets, comparisons } = json as Awaited<ReturnType<typeof benchFrontier>>;
      const rows: Row[] = [];
      if (quality && workShare !== null) {
        const { regret, regretLow, regretHigh } = quality;
        const interval =
          regretLow === undefined || regretHigh === undefined ? "" : ` [${percent(regretLow)}, ${percent(regretHigh)}]`;
        rows.push({
          what: `Embedded model, ${samples} test samples: hypervolume regret against the reference grid`,
          measured: percent(regret, 2) + interval,
          target: `≤ ${percent(targets.regret, 0)}`,
          met: regret <= targets.regret,
        });
        rows.push({
          what: "— at this share of the unshared grid's layer-forwards",
          measured: percent(workShare),
          target: `≤ ${percent(targets.workShare, 0)}`,
          met: workShare <= targets.workShare,
        });
      }
      for (const { a, b, budget, difference, low, high, pHolm, verdict } of comparisons) {
        rows.push({
          what: `${a} − ${b} at budget ${budget}, nats, matched executed cost`,
          measured: `${signed(difference)} [${signed(low)}, ${signed(high)}], p = ${pHolm.toFixed(2)} after Holm: ${verdict}`,
          target: "",
          met: null,
        });
      }
      return rows;
    },
  },
  {
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
  },
  {
    name: "architectures",
    rows(json) {
      const { budget, cells } = json as ArchitecturesBench;
      return cells.map(({ architecture, selector, search, low, high, singleCut }) => ({
        what: `${architecture}, ${selector}, tiny random weights: nats at budget ${budget} (best single cut)`,
        measured: `${search.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}] (${singleCut?.toFixed(4) ?? "none fits"})`,
        target: "",
        met: null,
      }));
    },
  },
  {
    name: "generalisation",
    rows(json) {
      const { samples, rows } = json as GeneralisationBench;
      return rows.map(({ kind, what, budget, held, seen, difference, distinguishable, costs }) => {
        const interval = difference.interval;
        const bounds = interval === null ? "" : ` [${signed(interval.low)}, ${signed(interval.high)}]`;
        const verdict = distinguishable ? "" : ", not distinguishable";
        const apart =
          Math.abs(costs[0] - costs[1]) < 0.0005 ? "" : `; costs ${costs[0].toFixed(3)}, ${costs[1].toFixed(3)}`;
        const on = kind === "architectures" ? "tiny random weights" : `${samples} samples a split`;
        return {
          what: `Unseen ${kind}, ${what}, budget ${budget}, ${on}: nats − those of a search that has seen them`,
          measured: `${signed(difference.mean)}${bounds}${verdict} (${held.toFixed(3)}, ${seen.toFixed(3)}${apart})`,
          target: "",
          met: null,
        };
      });
    },
  },
  {
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
  },
  {
    name: "queue",
    rows(json) {
      const { overheadMs, bytesPerJob, computeMs, jobsPerSecond, ratio, model, targets, cores } = json as Awaited<
        ReturnType<typeof benchQueue>
      >;
      const simulated = model.rows.map(
        ({ workers, jobsPerSecond: rate, share }) => `${workers}: ${rate.toFixed(0)} a second, ${percent(share)}`,
      );
      return [
        {
          what: `Queue: overhead of a job of ${(bytesPerJob / 1000).toFixed(0)} kB, one worker, Redis on the same ${cores} cores`,
          measured: `${overheadMs.toFixed(2)} ms`,
          target: `< ${targets.overheadMs} ms`,
          met: overheadMs < targets.overheadMs,
        },
        {
          what: `— throughput of two workers / twice that of one, jobs of ${computeMs} ms`,
          measured: `${ratio.toFixed(2)} (${jobsPerSecond.one.toFixed(1)} and ${jobsPerSecond.two.toFixed(1)} a second)`,
          target: `≥ ${targets.ratio}`,
          met: ratio >= targets.ratio,
        },
        {
          what: `— simulated from these: workers with jobs of ${model.seconds} s, and their share of the ideal`,
          measured: simulated.join("; "),
          target: "",
          met: null,
        },
      ];
    },
  },
  {
    name: "kernels",
    rows(json) {
      const rows = json as KernelsBench;
      const own = rows["espalier"]!;
      const milliseconds = (seconds: number) => `${(1000 * seconds).toFixed(1)} ms`;
      const seconds = (value: number) => `${value.toFixed(2)} s`;
      const beside = (show: (row: KernelRow) => string) =>
        ["python3", "tslab"]
          .flatMap((name) => (rows[name] === undefined ? [] : [`${KERNEL_NAMES[name]} ${show(rows[name])}`]))
          .join(", ");
      const line = (what: string, show: (row: KernelRow) => string, target: string, met: boolean): Row => ({
        what: `Kernel: ${what}`,
        measured: `${show(own)} (${beside(show)})`,
        target,
        met,
      });
      const growth = ({ last, tenth }: KernelRow) =>
        last === null || tenth === null ? Number.POSITIVE_INFINITY : last / tenth;
      const printed = ({ lines, complete }: KernelRow) =>
        lines === null ? "never all" : `${seconds(lines)}${complete ? "" : ", not all"}`;
      return [
        line("start until it answers", ({ ready }) => seconds(ready), "< 0.8 s", own.ready < 0.8),
        line("the first cell, sent at once", ({ first }) => seconds(first), "", true),
        line("an empty cell, median", ({ empty }) => milliseconds(empty), "< 1.3 ms", own.empty < 0.0013),
        line("100,000 lines, all before idle", printed, "< 1.1 s", own.complete && (own.lines ?? 9) < 1.1),
        line("completion, median", ({ completion }) => milliseconds(completion), "< 3 ms", own.completion < 0.003),
        line(
          "a declaration cell: the 500th / the 10th",
          (row) => (Number.isFinite(growth(row)) ? growth(row).toFixed(2) : "a cell never ended"),
          "≤ 1.5",
          growth(own) <= 1.5,
        ),
        line("— the 500th", ({ last }) => (last === null ? "–" : milliseconds(last)), "", true),
        line("resident memory, idle", ({ idle }) => `${idle.toFixed(0)} MB`, "< 250 MB", own.idle < 250),
      ].map((row) => (row.target === "" ? { ...row, met: null } : row));
    },
  },
  {
    name: "widgets",
    rows(json) {
      const { plots, notebook, targets } = json as Awaited<ReturnType<typeof benchWidgets>>;
      const number = (value: number) => (value < 9.95 ? value.toFixed(1) : Math.round(value).toLocaleString("en"));
      const time = ({ median, low, high }: Spread) => `${number(median)} ms [${number(low)}, ${number(high)}]`;
      const beside = (what: string, own: string, plain: string, target = "", met: boolean | null = null): Row => ({
        what: `Frontier widget (plain Vega-Lite): ${what}`,
        measured: `${own} (${plain})`,
        target,
        met,
      });
      const lab = (what: string, spread: Spread, target: number): Row => ({
        what: `JupyterLab: ${what}, median and quartiles`,
        measured: time(spread),
        target: `< ${target} ms`,
        met: spread.median < target,
      });
      return [
        ...plots.flatMap(({ points, own, plain }) => {
          const count = `${points.toLocaleString("en")} points`;
          const draw = targets.draw[points as keyof typeof targets.draw];
          const { framesPerSecond } = own;
          return [
            beside(
              `first draw of ${count}, until painted`,
              ...([time(own.draw), time(plain.draw), `< ${draw} ms`, own.draw.median < draw] as const),
            ),
            beside("50 points more, until painted", time(own.update), time(plain.update)),
            beside(
              "— of it, work in the frame",
              time(own.frame),
              "–",
              `< ${targets.frame} ms`,
              own.frame.median < targets.frame,
            ),
            beside(
              "frames a second, 50 messages a second",
              ...([number(framesPerSecond), number(plain.framesPerSecond)] as const),
              ...([`> ${targets.framesPerSecond}`, framesPerSecond > targets.framesPerSecond] as const),
            ),
          ];
        }),
        lab("from a cell to its drawing, warm", notebook.cell, targets.cell),
        lab("from a selection to the kernel and back", notebook.selection, targets.selection),
      ];
    },
  },
];

const KERNEL_NAMES: Readonly<Record<string, string>> = { python3: "ipykernel", tslab: "tslab" };
