/** `espalier quickstart`: the whole main job on the embedded model, in about two minutes. */
import { join } from "node:path";
import { Command } from "commander";
import { ownRecipes } from "../study/index.js";
import { addOutputOptions, checkOutputs, type OutputOptions, report } from "./output.js";
import { withStudy } from "./session.js";
import {
  addCostOptions,
  addSelectorOption,
  addStorageOptions,
  type CostCliOptions,
  costOptions,
  type StudyCliOptions,
} from "./studyOptions.js";

/** Samples: enough for the shape of the frontier, few enough for two processor cores. */
const SIZES = { train: 192, validation: 64, test: 64 };
/** A third of the reference grid of METHOD §9; `espalier search --grid` evaluates all of it. */
const GRID = { singleStep: 70, random: 140 };
const CONTROL_BUDGETS = [0.05, 0.1, 0.2, 0.3, 0.5, 0.7];

interface QuickstartOptions extends OutputOptions, CostCliOptions {
  readonly selector: string;
  readonly name?: string;
  readonly storage: string;
}

/** Quickstarts that differ are different studies. */
function defaultName({ selector, cost, calibration, budgetUnit }: QuickstartOptions): string {
  const parts = [
    ...(selector === "fastv" ? [] : [selector]),
    ...(cost === "exact" ? [] : [cost]),
    ...(budgetUnit === "normalised" ? [] : [budgetUnit]),
    ...(calibration === undefined || cost === "latency" ? [] : ["calibrated"]),
  ];
  return ["quickstart", ...parts].join("-");
}

/** @param args what was typed behind `espalier`. */
export function quickstartCommand(args: readonly string[]): Command {
  const command = new Command("quickstart").description(
    "search the embedded model over all budgets, evaluate a grid and controls, print the frontier (about two minutes)",
  );
  addCostOptions(addSelectorOption(command));
  addStorageOptions(command);
  addOutputOptions(command, "<storage>/<name>");
  return command.action(async (options: QuickstartOptions) => {
    checkOutputs(options);
    const { storage, selector } = options;
    const cost = costOptions(options);
    const name = options.name ?? defaultName(options);
    const study = {
      ...{ selector, kernel: "multiStep", conditioning: "input", ...cost },
      ...{ seed: 0, storage, name },
    } as const satisfies StudyCliOptions;
    const results = await withStudy({ source: SIZES, study, args }, async ({ study, reused, say }) => {
      say(
        `Embedded model: ${SIZES.train} samples to train on, ${SIZES.validation} to choose on, ${SIZES.test} to score on; grid of ${GRID.singleStep + GRID.random} schedules.`,
      );
      await study.search();
      await study.grid(GRID);
      await study.controls(cost.budgetUnit === "normalised" ? { budgets: CONTROL_BUDGETS } : {});
      // The selector's own recipe alone: all of them would take a minute more.
      await study.recipes({ names: ownRecipes(selector) });
      await study.compare();
      if (reused()) say(`The study ${name} in ${study.directory} was complete already; nothing was computed again.`);
      else if (study.resumed) say(`The study ${name} in ${study.directory} went on from where it had stopped.`);
      return study.results();
    });
    if (results !== undefined) await report(results, options, join(storage, name));
  });
}
