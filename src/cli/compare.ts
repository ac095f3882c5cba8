/** `espalier compare`: two of a study's series or schedules at matched executed cost. */
import { Command, Option } from "commander";
import { EspalierError } from "../errors.js";
import { renderComparisons } from "../export/index.js";
import { MATCHED_COSTS, type Match } from "../study/index.js";
import { terminalOptions } from "./output.js";
import { withStudy } from "./session.js";
import { addSizeOptions, addSourceOptions, defaultName, type SourceOptions } from "./source.js";
import {
  addQueueOption,
  addStorageOptions,
  addStudyOptions,
  costOptions,
  type StudyCliOptions,
} from "./studyOptions.js";
import { numberList, positiveNumber } from "./values.js";

interface CompareOptions extends SourceOptions, StudyCliOptions {
  readonly seed: number;
  readonly budgets?: number[];
  readonly match?: Match;
  readonly detect?: number;
  readonly power?: number;
}

const HELP = `
Names are those of the results: search, search:singleStep, grid, nsga2, control:random, recipe:fastv, or the name of a schedule that
espalier evaluate --name brought into the study. Per sample both are brought to the smaller executed cost; what differs by more than
one token in one layer is called "not matched". Verdicts are after Holm's correction over all comparisons of the study.

Examples:
  espalier compare search recipe:fastv --budgets .3,.5
      of the study that espalier search made
  espalier compare search control:uniformStride --match kvBytes --detect .05 --power .9
      at equal bytes of cache; refused where the samples are too few to show .05 nats with power .9`;

/** @param args what was typed behind `espalier`. */
export function compareCommand(args: readonly string[]): Command {
  const command = new Command("compare")
    .description("compare two of a study's series or schedules in pairs, at matched executed cost")
    .argument("<a>", "a series of the study, or a schedule's name")
    .argument("<b>", "what it is compared with");
  addSourceOptions(command);
  addStudyOptions(command);
  addSizeOptions(command);
  addStorageOptions(command);
  addQueueOption(command);
  return command
    .option(
      "--budgets <list>",
      "budgets at which both are (default: .1, .2, .3, .5 where the search has them)",
      numberList,
    )
    .addOption(
      new Option("--match <what>", "what is matched (default: the study's cost)").choices(Object.keys(MATCHED_COSTS)),
    )
    .option("--detect <nats>", "a difference that the samples must be able to show", positiveNumber)
    .option("--power <x>", "with what chance (default: 0.8)", positiveNumber)
    .addHelpText("after", HELP)
    .action(async (a: string, b: string, options: CompareOptions) => {
      const { selector, kernel, conditioning, seed, storage, budgets, match, detect, power } = options;
      const cost = costOptions(options);
      if (power !== undefined && detect === undefined) {
        throw new EspalierError("--power is the chance of seeing a difference; say which with --detect.");
      }
      if (power !== undefined && power >= 1)
        throw new EspalierError(`A power of ${power} is not below 1; give .8 or .9.`);
      const name = options.name ?? defaultName(options);
      const study = { selector, kernel, ...cost, conditioning, seed, storage, name };
      const found = await withStudy({ source: options, study, args }, async ({ study }) => {
        await study.compare(a, b, {
          ...(budgets === undefined ? {} : { budgets }),
          ...(match === undefined ? {} : { match }),
          ...(detect === undefined
            ? {}
            : { detect: { difference: detect, ...(power === undefined ? {} : { power }) } }),
        });
        const { comparisons } = await study.results();
        return comparisons.filter((one) => one.a === a && one.b === b && matches(one.match, cost.cost, match));
      });
      if (found === undefined) return;
      process.stdout.write(renderComparisons(found, terminalOptions()));
    });
}

/** Whether a comparison's matched cost is the one that was asked for. */
function matches(own: string | undefined, usual: string, asked: Match | undefined): boolean {
  return (own ?? usual) === (asked === undefined ? usual : MATCHED_COSTS[asked]);
}
