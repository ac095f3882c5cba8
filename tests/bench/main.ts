/**
 * `npm run bench`: every measured comparison, one after the other, each in a process of its own; prints the table and writes it
 * into README.md between its two markers.
 *
 *     npm run bench [-- NAME …]        only the named ones; the others' rows stay as they were measured last
 *     npm run bench -- sizes MODEL     one size only, such as gemma-3-4b; README stays as it is
 *
 * The search step is compared with PyTorch where ESPALIER_BENCH_PYTHON names an interpreter that has it.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { benchEmbedded } from "./embedded.js";
import type { benchFrontier } from "./frontier.js";
import type { benchGrid } from "./grid.js";
import type { KernelRow, KernelsBench } from "./kernels.js";
import type { benchMemory } from "./memory.js";
import type { benchPrefill } from "./prefill.js";
import { REAL_SHAPES } from "./realShapes.js";
import type { SearchStepBench } from "./searchStep.js";
import { benchSizes, type SizesBench } from "./sizes.js";
import type { Spread } from "./widgets/spread.js";
import type { benchWidgets } from "./widgets.js";

/** One line of the table. `met` is null where there is no target, or nothing was measured. */
interface Row {
  readonly what: string;
  readonly measured: string;
  readonly target: string;
  readonly met: boolean | null;
}

interface Bench {
  readonly name: string;
  /** @param json what the bench printed. */
  rows(json: unknown): Row[];
}

const percent = (share: number, digits = 1) => `${(100 * share).toFixed(digits)} %`;
const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;

const BENCHES: readonly Bench[] = [
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

const run = promisify(execFile);
const README = path.join(import.meta.dirname, "..", "..", "..", "README.md");
const MARKERS = ["<!-- bench -->", "<!-- /bench -->"] as const;

function table(rows: readonly Row[]): string {
  const verdict = ({ met }: Row) => (met === null ? "" : met ? "met" : "missed");
  const lines = rows.map((row) => `| ${row.what} | ${row.measured} | ${row.target} | ${verdict(row)} |`);
  return ["| | measured | target | |", "|---|---|---|---|", ...lines].join("\n");
}

/** The rows that README holds now, by the bench that made them. */
function replaceInReadme(sections: ReadonlyMap<string, string>): void {
  if (!existsSync(README)) return;
  const text = readFileSync(README, "utf8");
  const [begin, end] = MARKERS.map((marker) => text.indexOf(marker));
  if (begin < 0 || end < begin) return;
  const before = text.slice(begin + MARKERS[0].length, end);
  const kept = new Map(
    [...before.matchAll(/<!-- (\w+) -->\n([\s\S]*?)(?=\n<!-- |\n*$)/g)].map(([, k, v]) => [k, v.trim()]),
  );
  for (const [name, section] of sections) kept.set(name, section);
  const body = BENCHES.filter(({ name }) => kept.has(name)).map(({ name }) => `<!-- ${name} -->\n${kept.get(name)}\n`);
  writeFileSync(README, `${text.slice(0, begin)}${MARKERS[0]}\n${body.join("\n")}${text.slice(end)}`);
}

const wanted = process.argv.slice(2);
if (wanted[0] === "sizes" && wanted.length > 1 && REAL_SHAPES.some((size) => wanted.includes(size))) {
  const [, ...names] = wanted;
  const sizes = BENCHES.find(({ name }) => name === "sizes")!;
  console.log(table(sizes.rows(await benchSizes(names))));
  process.exit();
}
const unknown = wanted.find((name) => !BENCHES.some((bench) => bench.name === name));
if (unknown !== undefined) {
  console.error(`There is no bench "${unknown}"; choose among ${BENCHES.map(({ name }) => name).join(", ")}.`);
  process.exit(1);
}
console.log(`${cpus().length} processor cores, ${cpus()[0]?.model ?? "unknown"}; Node ${process.versions.node}.`);
const sections = new Map<string, string>();
for (const bench of BENCHES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const began = performance.now();
  try {
    const script = path.join(import.meta.dirname, `${bench.name}.js`);
    const { stdout } = await run(process.execPath, [script], { maxBuffer: 2 ** 28 });
    const section = table(bench.rows(JSON.parse(stdout)));
    sections.set(bench.name, section);
    console.log(`\n${bench.name} (${((performance.now() - began) / 1000).toFixed(0)} s)\n${section}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n${bench.name} was not measured: ${error instanceof Error ? error.message : String(error)}`);
  }
}
replaceInReadme(sections);
