/** `espalier bundle`: everything behind a study's tables and figures in one file, and a page for a paper's supplement. */
import { readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { LIMITS, notebookSection, packBundle, parseNotebook, parsePrivateKey } from "../export/bundle/index.js";
import { writeAtomically } from "../export/index.js";
import { renderPage } from "../figures/index.js";
import { parseJournal, studyFolder } from "../study/index.js";
import { ROOT } from "./output.js";
import { STORAGE } from "./studyOptions.js";
import { collected } from "./values.js";

interface BundleCliOptions {
  readonly storage: string;
  readonly notebook?: readonly string[];
  readonly key?: string;
  readonly out?: string;
  readonly html?: string;
}

const HELP = `
Examples:
  espalier bundle quickstart
      runs/quickstart/bundle.zip: scores, schedules, seeds, digests, tables and figures; espalier verify checks it
  espalier bundle chartqa mme --notebook paper.ipynb --out evidence.zip --key key.pem
      two studies and a notebook, signed (openssl genpkey -algorithm ed25519 -out key.pem makes a key)
  espalier bundle quickstart --notebook paper.ipynb --html supplement.html
      also one page with figures, tables and the notebook, which needs neither a kernel nor a network

src/export/BUNDLE.md describes every file in a bundle.`;

/**
 * Reads a file that a command was given.
 *
 * @param what what a message calls it, "The key" for example. @param most bytes.
 * @throws EspalierError when it cannot be read or is larger.
 */
export function readGiven(file: string, what: string, most: number): Buffer {
  try {
    const { size } = statSync(file);
    if (size > most) {
      throw new EspalierError(`${what} ${file} has ${size} bytes, and ${most} are the most; give another file.`);
    }
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof EspalierError) throw cause;
    throw new EspalierError(`${what} ${file} cannot be read (${(cause as Error).message}); check the path.`, { cause });
  }
}

/** A study's journal up to its last whole line: it may be running. */
function readJournalOf(storage: string, name: string): { journal: Buffer; source: string } {
  const source = join(studyFolder(storage, name), "journal.jsonl");
  if (statSync(source, { throwIfNoEntry: false }) === undefined) {
    throw new EspalierError(`There is no study ${name} in ${storage}; check the name and --storage, or search first.`);
  }
  const bytes = readGiven(source, "The journal", LIMITS.file);
  return { journal: bytes.subarray(0, parseJournal(bytes, source).whole), source };
}

export function bundleCommand(): Command {
  return new Command("bundle")
    .description(
      "pack studies with the scores behind every figure and table, to be verified by anybody without a model",
    )
    .argument("<study...>", "names of studies")
    .option("--storage <dir>", "folder of the studies", STORAGE)
    .option("--notebook <file.ipynb>", "also pack this notebook; may be given several times", collected)
    .option("--key <private.pem>", "sign with this Ed25519 key")
    .option("--out <file.zip>", "where the bundle goes (default: <storage>/<study>/bundle.zip)")
    .option(
      "--html <file>",
      "also write one page with figures, tables and the notebooks: static, for a paper's supplement",
    )
    .addHelpText("after", HELP)
    .action(async (names: string[], { storage, notebook = [], key, out, html }: BundleCliOptions) => {
      if (html !== undefined && names.length > 1) {
        throw new EspalierError(
          `--html makes a page of one study, and ${names.length} were named; bundle each by itself.`,
        );
      }
      const privateKey =
        key === undefined ? undefined : parsePrivateKey(readGiven(key, "The key", 1 << 20), `The key file ${key}`);
      const notebooks = notebook.map((file) => ({
        name: basename(file),
        bytes: readGiven(file, "The notebook", LIMITS.file),
      }));
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
      const { bytes, digest, files, results } = await packBundle({
        studies: names.map((name) => readJournalOf(storage, name)),
        notebooks,
        generator: { espalier: version },
        ...(privateKey === undefined ? {} : { privateKey }),
      });
      const target = out ?? join(studyFolder(storage, names[0]), "bundle.zip");
      await writeAtomically(target, bytes);
      if (html !== undefined) {
        const sections = notebooks.map(({ name, bytes }) => notebookSection(parseNotebook(bytes, name), name));
        await writeAtomically(html, await renderPage(results[0], { appendix: sections.join("") }));
      }
      const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
      process.stdout.write(`${target}: ${files.length} files, ${size}${key === undefined ? "" : ", signed"}.\n`);
      process.stdout.write(`manifest ${digest}\n`);
      if (html !== undefined) process.stdout.write(`${html}: a page that needs neither a kernel nor a network.\n`);
      process.stdout.write(`Anybody can check it: espalier verify ${target}\n`);
    });
}
