/** What is made from a study's journal: its results, tables, figures and schedules, each as the text of a file. */
import {
  certificateSpecification,
  frontierSpecification,
  renderSvg,
  scheduleSpecification,
} from "../../figures/index.js";
import { scheduleFileText } from "../../schedules/index.js";
import { meansCsv, rowsCsv } from "../csv.js";
import type { Results } from "../results.js";
import { renderTable } from "../table.js";
import { resultsText } from "../writeResults.js";
import { pointScheduleName, scheduleOfPoint } from "./pointSchedule.js";

/** Kinds of files in a bundle. */
export const FILE_KINDS = ["journal", "results", "table", "rows", "figure", "schedule", "notebook"] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** A file that is made from results. */
export interface Artefact {
  /** Within the study's folder. */
  readonly name: string;
  readonly kind: FileKind;
  readonly text: string;
}

async function joined(pieces: AsyncIterable<string>): Promise<string> {
  const all: string[] = [];
  for await (const piece of pieces) all.push(piece);
  return all.join("");
}

/**
 * Makes every file of a study, in the order in which a bundle has them. The same results give the same texts.
 *
 * @throws EspalierError for results that are not valid.
 */
export async function makeArtefacts(results: Results): Promise<Artefact[]> {
  const made: Artefact[] = [];
  const add = (name: string, kind: FileKind, text: string) => made.push({ name, kind, text });
  const draw = async (name: string, specification: Parameters<typeof renderSvg>[0]) => {
    add(`figures/${name}.vl.json`, "figure", `${JSON.stringify(specification, null, 1)}\n`);
    add(`figures/${name}.svg`, "figure", await renderSvg(specification));
  };
  add("results.json", "results", await joined(resultsText(results)));
  add("rows.csv", "rows", await joined(rowsCsv(results)));
  add("table.txt", "table", renderTable(results));
  add("means.csv", "table", meansCsv(results.means));
  if (results.means.length > 0) await draw("frontier", frontierSpecification(results));
  if (results.frontier.length > 0) await draw("schedules", scheduleSpecification(results));
  if ((results.certificates ?? []).length > 0) await draw("certificates", certificateSpecification(results));
  const names = new Set<string>();
  for (const point of results.frontier) {
    // Characters that a file name cannot have are replaced, so that two configurations may come to one name.
    const plain = pointScheduleName(point);
    let name = plain;
    for (let n = 2; names.has(name.toLowerCase()); n++) name = plain.replace(/\.json$/, `-${n}.json`);
    names.add(name.toLowerCase());
    add(`schedules/${name}`, "schedule", scheduleFileText(scheduleOfPoint(results, point)));
  }
  return made;
}
