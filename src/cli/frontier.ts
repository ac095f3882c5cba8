/** `espalier frontier`: a study's results again, without its model. */
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { type Results, readResults } from "../export/index.js";
import { readStudy } from "../study/index.js";
import { addOutputOptions, checkOutputs, type OutputOptions, report } from "./output.js";
import { findOutside, reportOutside } from "./outside.js";
import { STORAGE } from "./studyOptions.js";

interface FrontierOptions extends OutputOptions {
  readonly name?: string;
  readonly storage: string;
}

const HELP = `
Examples:
  espalier frontier quickstart
  espalier frontier runs/quickstart/results.json --out figures`;

/** The results that a name, or the path of a results file, stands for; and where their files go unless told. */
async function find(what: string, storage: string): Promise<{ results: Results; out: string }> {
  const isFile = existsSync(what) && statSync(what).isFile();
  if (isFile || what.endsWith(".json")) return { results: await readResults(what), out: dirname(what) };
  return { results: await readStudy(storage, what), out: join(storage, what) };
}

export function frontierCommand(): Command {
  const command = new Command("frontier")
    .description("print a study's frontier again and write its files, without computing anything anew")
    .argument("[study]", "name of a study or of imported evaluations, or a file of results")
    .option("--name <name>", "name of the study")
    .option("--storage <dir>", "folder of the studies", STORAGE);
  addOutputOptions(command, "where the study is");
  return command.addHelpText("after", HELP).action(async (study: string | undefined, options: FrontierOptions) => {
    checkOutputs(options);
    const what = study ?? options.name;
    if (what === undefined) {
      throw new EspalierError("Which study? Give its name, or a file of results: espalier frontier NAME.");
    }
    const outside = findOutside(what, options.storage);
    if (outside !== null) {
      await reportOutside(outside.document, options, outside.out);
      return;
    }
    const { results, out } = await find(what, options.storage);
    await report(results, options, out);
  });
}
