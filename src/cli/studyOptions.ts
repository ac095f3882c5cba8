/** The options of a study and of its search, the same for every command that has them. */
import { type Command, Option } from "commander";
import { BUDGET_UNITS, type BudgetUnit, type CostName } from "../cost/index.js";
import { KERNEL_FUNCTIONS } from "../schedules/index.js";
import { CONDITIONINGS, type Conditioning, FORMS, type LagrangianForm } from "../search/index.js";
import { SELECTORS } from "../selectors/index.js";
import type { StudySearchOptions } from "../study/index.js";
import { amount, numberList, positiveNumber, wholeNumber } from "./values.js";

/** Where studies are kept unless told. */
export const STORAGE = "runs";

export interface StudyCliOptions {
  readonly selector: string;
  readonly kernel: string;
  readonly cost: CostName;
  readonly conditioning: Conditioning;
  readonly budgetUnit: BudgetUnit;
  readonly seed: number;
  readonly name?: string;
  readonly storage: string;
}

export interface TrainingCliOptions {
  readonly budgets?: number[];
  readonly epochs?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly form?: LagrangianForm;
  readonly scouts?: number;
  /** Gigabytes. */
  readonly preparedMemory?: number;
}

/** Adds --name and --storage. */
export function addStorageOptions(command: Command): Command {
  return command
    .option("--name <name>", "name of the study (default: from model and data)")
    .option("--storage <dir>", "folder of the studies", STORAGE);
}

/** Adds --selector. */
export function addSelectorOption(command: Command): Command {
  return command.addOption(
    new Option("--selector <name>", "which tokens stay").choices(Object.keys(SELECTORS)).default("fastv"),
  );
}

/** Adds what makes a study what it is. */
export function addStudyOptions(command: Command): Command {
  const choices = (flags: string, text: string, names: readonly string[], standard: string) =>
    new Option(flags, text).choices(names).default(standard);
  return addSelectorOption(command)
    .option(
      "--kernel <name>",
      `how few parameters become a schedule: ${Object.keys(KERNEL_FUNCTIONS).join(", ")}; multiStep:S has S steps`,
      "multiStep",
    )
    .addOption(choices("--cost <name>", "what a budget limits", ["exact", "paper", "kvBytes"], "exact"))
    .addOption(choices("--conditioning <name>", "what the predictor sees", CONDITIONINGS, "input"))
    .addOption(choices("--budget-unit <unit>", "unit of the budgets", BUDGET_UNITS, "normalised"))
    .option("--seed <n>", "of every random draw", wholeNumber(0), 0);
}

/** Adds how the search is trained and read. */
export function addTrainingOptions(command: Command): Command {
  return command
    .option("--budgets <list>", "budgets to evaluate, such as .1,.3 (default: .01, .05, .10 … .95)", numberList)
    .option("--epochs <n>", "passes over the training samples (default: the search's)", wholeNumber(1))
    .option("--batch <n>", "samples a step (default: the search's)", wholeNumber(1))
    .option("--learning-rate <x>", "(default: the search's)", positiveNumber)
    .option(
      "--scouts <n>",
      "samples on which single cuts are tried before training (default: the search's)",
      wholeNumber(0),
    )
    .option(
      "--prepared-memory <gigabytes>",
      "of training samples that are held behind the teacher; others go through it each time they are drawn (default: half of what is free)",
      amount,
    )
    .addOption(new Option("--form <name>", "how budgets enter training (default: the search's)").choices(FORMS));
}

/** The search's options from the command line's. */
export function searchOptions({
  budgets,
  epochs,
  batch,
  learningRate,
  form,
  scouts,
  preparedMemory,
}: TrainingCliOptions): StudySearchOptions {
  return {
    ...(budgets === undefined ? {} : { budgets }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(batch === undefined ? {} : { batch }),
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(scouts === undefined ? {} : { scouts }),
    ...(preparedMemory === undefined ? {} : { preparedMemory: preparedMemory * 1e9 }),
    ...(form === undefined ? {} : { lagrangian: { form } }),
  };
}
