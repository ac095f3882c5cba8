/** What a command leaves behind: a table on stdout, and files. */
import { type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { EspalierError } from "../errors.js";
import { pointScheduleName, scheduleOfPoint } from "../export/bundle/index.js";
import { meansCsv, type Results, renderTable, writeAtomically, writeCsv, writeResults } from "../export/index.js";
import {
  certificateSpecification,
  frontierSpecification,
  renderPage,
  renderPng,
  renderSvg,
  scheduleSpecification,
  searchersSpecification,
} from "../figures/index.js";
import { writeScheduleFile } from "../schedules/index.js";

export interface OutputOptions {
  readonly json?: string;
  readonly out?: string;
}

/** What stands at a path; undefined where nothing does or nothing can be told, which writing will then say. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * Says before the work, rather than behind it, that its results could not be written.
 *
 * @throws EspalierError when --json is a folder or --out is none.
 */
export function checkOutputs({ json, out }: OutputOptions): void {
  if (json !== undefined && statOf(json)?.isDirectory()) {
    throw new EspalierError(`--json ${json} is a folder; name a file, such as ${join(json, "results.json")}.`);
  }
  if (out !== undefined && statOf(out)?.isDirectory() === false) {
    throw new EspalierError(`--out ${out} is a file; name a folder.`);
  }
}

/** Adds --json and --out. */
export function addOutputOptions(command: Command, out: string): Command {
  return command
    .option("--json <file>", "also write the results as JSON (src/export/RESULTS.md describes every field)")
    .option("--out <dir>", `folder for table, JSON, CSV, figures, schedules and page (default: ${out})`);
}

/**
 * Writes every form of the results into a folder, made where missing.
 *
 * @returns the names of the files, in the order in which a reader wants them.
 * @throws EspalierError when the disk refuses.
 */
export async function writeEverything(directory: string, results: Results): Promise<string[]> {
  const written: string[] = [];
  const write = async (name: string, contents: string | Uint8Array) => {
    await writeAtomically(join(directory, name), contents);
    written.push(name);
  };
  const draw = async (name: string, specification: Parameters<typeof renderSvg>[0]) => {
    await write(`${name}.svg`, await renderSvg(specification));
    await write(`${name}.png`, await renderPng(specification));
    await write(`${name}.vl.json`, `${JSON.stringify(specification, null, 1)}\n`);
  };
  await write("index.html", await renderPage(results));
  await write("table.txt", renderTable(results));
  await writeResults(join(directory, "results.json"), results);
  await writeCsv(join(directory, "rows.csv"), results);
  written.push("results.json", "rows.csv");
  await write("means.csv", meansCsv(results.means));
  if (results.means.length > 0) await draw("frontier", frontierSpecification(results));
  if (results.frontier.length > 0) await draw("schedules", scheduleSpecification(results));
  const searchers = searchersSpecification(results);
  if (searchers !== null) await draw("searchers", searchers);
  if ((results.certificates ?? []).length > 0) await draw("certificates", certificateSpecification(results));
  for (const point of results.frontier) {
    const name = pointScheduleName(point);
    writeScheduleFile(join(directory, name), scheduleOfPoint(results, point));
    written.push(name);
  }
  return written;
}

/** How tables fit this terminal, or none. */
export function terminalOptions(): { width?: number; colour: boolean } {
  const { isTTY, columns } = process.stdout;
  const colour = isTTY === true && process.env.NO_COLOR === undefined;
  return { ...(isTTY ? { width: columns } : {}), colour };
}

/** The table for this terminal, or for none. */
export function tableText(results: Results): string {
  return renderTable(results, terminalOptions());
}

/** Prints the table and writes the files that were asked for. */
export async function report(results: Results, options: OutputOptions, out: string): Promise<void> {
  const directory = options.out ?? out;
  const written = await writeEverything(directory, results);
  if (options.json !== undefined) await writeResults(options.json, results);
  process.stdout.write(tableText(results));
  for (const note of results.notes ?? []) process.stdout.write(`${note}\n`);
  const figures = written.filter((name) => !name.startsWith("schedule-"));
  process.stdout.write(
    `\nOpen ${join(directory, "index.html")} in a browser: figures, schedules and tables on one page.\n`,
  );
  process.stdout.write(`Files in ${directory}: ${figures.join(", ")}`);
  const schedules = written.length - figures.length;
  if (schedules > 0)
    process.stdout.write(
      `, and ${schedules === 1 ? "a schedule" : `${schedules} schedules`} for espalier evaluate --schedule`,
    );
  process.stdout.write(`.\n`);
  if (options.json !== undefined) process.stdout.write(`Results as JSON: ${options.json}.\n`);
}

/** The package's root, from dist/src/cli. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
