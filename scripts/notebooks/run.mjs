/** Runs notebooks of the checkout in place, and keeps the table of what they took. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { cacheDirectory } from "../setup/cache.mjs";
import { SetupFailure } from "../setup/failure.mjs";
import { ROOT } from "../setup/main.mjs";
import { jupyterEnvironment } from "../start/environment.mjs";
import { runNotebook } from "../start/runNotebook.mjs";
import { ownPaths } from "./ownPaths.mjs";
import { listNotebooks, questionOf, readTable, sizeText, timeText, writeTable } from "./table.mjs";

const NOTEBOOKS = join(ROOT, "notebooks");
/** Where notebooks with checkpoints and questions of the user's run, and stay. */
const OWN_RUNS = join(ROOT, "runs", "notebooks");
/** GitHub shows no larger ones. */
const MOST_BYTES = 1024 * 1024;

/** @throws SetupFailure for a name that no notebook has, or an option that there is not. */
export function parseNotebookArguments(args) {
  const names = [];
  const options = { smoke: false, folder: null };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--smoke") options.smoke = true;
    else if (args[i] === "--folder") options.folder = resolve(args[++i] ?? ".");
    else if (args[i].startsWith("-"))
      throw new SetupFailure(`There is no option ${args[i]}; give --smoke, --folder DIR, and names of notebooks.`);
    else names.push(args[i]);
  }
  const all = listNotebooks(NOTEBOOKS);
  const chosen = names.length === 0 ? all : names.flatMap((name) => matching(all, name));
  return { ...options, chosen: [...new Set(chosen)] };
}

function matching(all, name) {
  const found = all.filter((file) => file.startsWith(name));
  if (found.length > 0) return found;
  throw new SetupFailure(`No notebook's name begins with ${name}; there are ${all.join(", ")}.`);
}

/** Runs one; what it took, or null where that is not for the table. In place unless it is a quick look, or with files of the user's. */
async function execute(file, own, { python, smoke, folder }) {
  const source = join(NOTEBOOKS, file);
  const isOwn = Object.keys(own).length > 0;
  const work = mkdtempSync(join(tmpdir(), "espalier-notebook-"));
  const output = join(work, file);
  const place = folder ?? (isOwn && !smoke ? OWN_RUNS : work);
  mkdirSync(place, { recursive: true });
  const quick = { ESPALIER_SMOKE: smoke ? "1" : "", ESPALIER_HISTORY: "" };
  const env = { ...jupyterEnvironment(ROOT, cacheDirectory()), ...quick, ...own };
  const label = file.replace(/\.ipynb$/, "");
  let failed = true;
  try {
    const took = await runNotebook({ python, source, output, folder: place, label, env });
    const bytes = statSync(output).size;
    console.log(
      `${label}: ${timeText(took.seconds)}, ${sizeText(took.peak)} at its peak, a file of ${sizeText(bytes)}`,
    );
    if (!smoke) {
      if (bytes > MOST_BYTES && !isOwn)
        throw new SetupFailure(
          `${label} is ${sizeText(bytes)} with its outputs, and 1 MB is the most; show less in it.`,
        );
      const kept = isOwn ? join(place, file) : source;
      copyFileSync(output, kept);
      if (isOwn)
        console.log(`${label}: with ${Object.keys(own).join(", ")}; the result is ${relative(process.cwd(), kept)}`);
    }
    failed = false;
    return smoke || isOwn ? null : took;
  } finally {
    // What there is of a notebook that failed may show why.
    if (!failed) rmSync(work, { recursive: true, force: true });
  }
}

/**
 * @param {{chosen: readonly string[], smoke: boolean, folder: string | null, python: string}} options
 * @throws SetupFailure for a notebook that fails, or is too large for GitHub to show, and a path of the user's that is not there.
 */
export async function runNotebooks({ chosen, ...options }) {
  // All before the first: a path that is not there should not show hours later.
  const own = new Map(chosen.map((file) => [file, ownPaths(readFileSync(join(NOTEBOOKS, file), "utf8"))]));
  for (const file of chosen) {
    const took = await execute(file, own.get(file), options);
    if (took === null) continue;
    // Kept after each: one that fails later does not take it away.
    const rows = readTable(NOTEBOOKS);
    rows.set(file, { question: questionOf(join(NOTEBOOKS, file)), ...took });
    writeTable(NOTEBOOKS, rows);
  }
}
