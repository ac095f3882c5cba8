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
import { REAL_SHAPES } from "./realShapes.js";
import { BENCHES, type Row } from "./rows/index.js";
import { benchSizes } from "./sizes.js";

const run = promisify(execFile);
const README = path.join(import.meta.dirname, "..", "..", "..", "README.md");
const MARKERS = ["<!-- bench -->", "<!-- /bench -->"] as const;

/** What a bench printed, from the line on which its JSON begins: the set-up of an environment may have told of itself before. */
function resultIn(stdout: string): unknown {
  return JSON.parse(stdout.slice(Math.max(0, stdout.search(/^[[{]/m))));
}

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
    const section = table(bench.rows(resultIn(stdout)));
    sections.set(bench.name, section);
    console.log(`\n${bench.name} (${((performance.now() - began) / 1000).toFixed(0)} s)\n${section}`);
  } catch (error) {
    process.exitCode = 1;
    console.error(`\n${bench.name} was not measured: ${error instanceof Error ? error.message : String(error)}`);
  }
}
replaceInReadme(sections);
