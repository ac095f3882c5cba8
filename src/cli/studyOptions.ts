/** The options of a study and of its search, the same for every command that has them. */
import { type Command, Option } from "commander";
import { readCalibration } from "../calibration/index.js";
import { BUDGET_UNITS, type BudgetUnit, COST_NAMES, type CostName, demandOwner } from "../cost/index.js";
import { EspalierError } from "../errors.js";
import { KERNEL_FUNCTIONS } from "../schedules/index.js";
import { CONDITIONINGS, type Conditioning, FORMS, type LagrangianForm, STARTS, type Start } from "../search/index.js";
import { SELECTORS } from "../selectors/index.js";
import type { StudySearchOptions } from "../study/index.js";
import { amount, numberList, positiveNumber, wholeNumber } from "./values.js";

/** Where studies are kept unless told. */
export const STORAGE = "runs";

/** What a budget limits, and in which unit. */
export interface CostCliOptions {
  readonly cost: CostName;
  /** A file of `espalier calibrate`. */
  readonly calibration?: string;
  readonly budgetUnit: BudgetUnit;
}

export interface StudyCliOptions extends CostCliOptions {
  readonly selector: string;
  readonly kernel: string;
  readonly conditioning: Conditioning;
  readonly seed: number;
  readonly name?: string;
  readonly storage: string;
}

export interface TrainingCliOptions {
  readonly budgets?: number[];
  readonly epochs?: number;
  readonly batch?: number;
  readonly learningRate?: number;
  readonly tableLearningRate?: number;
  readonly form?: LagrangianForm;
  readonly scouts?: number;
  /** Gigabytes. */
  readonly preparedMemory?: number;
  readonly start?: Start;
}

/** Where the queue's address may stand instead: what is typed shows in lists of processes. */
const QUEUE_VARIABLE = "ESPALIER_QUEUE";

export interface QueueCliOptions {
  readonly queue?: string;
  readonly queueName?: string;
}

/** Adds --queue and --queue-name. */
export function addQueueOption(command: Command): Command {
  return command
    .option(
      "--queue <url>",
      `a Redis that hands evaluations to workers: redis://HOST:PORT, rediss:// with TLS, :PASSWORD@ before the host; or in ${QUEUE_VARIABLE}`,
    )
    .option("--queue-name <name>", "of several queues in one Redis (default: evaluations)");
}

/** The queue's address; undefined where none is given. */
export function queueUrl({ queue }: QueueCliOptions): string | undefined {
  const found = queue ?? process.env[QUEUE_VARIABLE];
  return found === "" ? undefined : found;
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

function choices(flags: string, text: string, names: readonly string[], standard: string): Option {
  return new Option(flags, text).choices(names).default(standard);
}

/** Adds --cost, --calibration and --budget-unit. */
export function addCostOptions(command: Command): Command {
  return command
    .addOption(choices("--cost <name>", "what a budget limits", COST_NAMES, "exact"))
    .option(
      "--calibration <file>",
      "what this machine takes, as espalier calibrate wrote it: --cost latency needs it; with other costs results state milliseconds too",
    )
    .addOption(choices("--budget-unit <unit>", "unit of the budgets", BUDGET_UNITS, "normalised"));
}

/**
 * The options of a study that say what it costs.
 *
 * @throws EspalierError for a cost without its calibration, a unit of another cost, a file that is no calibration: before anything
 *   else is read.
 */
export function costOptions({ cost, calibration, budgetUnit }: CostCliOptions): CostCliOptions {
  if (cost === "latency" && calibration === undefined) {
    throw new EspalierError(
      "--cost latency needs --calibration FILE: what this machine takes for a layer; espalier calibrate --model DIR measures it.",
    );
  }
  demandOwner(budgetUnit, { name: cost });
  if (calibration !== undefined) readCalibration(calibration);
  return { cost, budgetUnit, ...(calibration === undefined ? {} : { calibration }) };
}

/** Adds what makes a study what it is. */
export function addStudyOptions(command: Command): Command {
  return addCostOptions(addSelectorOption(command))
    .option(
      "--kernel <name>",
      `how few parameters become a schedule: ${Object.keys(KERNEL_FUNCTIONS).join(", ")}; multiStep:S has S steps`,
      "multiStep",
    )
    .addOption(choices("--conditioning <name>", "what the predictor sees", CONDITIONINGS, "input"))
    .option("--seed <n>", "of every random draw", wholeNumber(0), 0);
}

/** Adds how the search is trained and read. */
export function addTrainingOptions(command: Command): Command {
  return command
    .option("--budgets <list>", "budgets to evaluate, such as .1,.3 (default: .01, .05, .10 … .95)", numberList)
    .option("--epochs <n>", "passes over the training samples (default: the search's)", wholeNumber(1))
    .option("--batch <n>", "samples a step (default: the search's)", wholeNumber(1))
    .option("--learning-rate <x>", "of the network that reads the prompt (default: the search's)", positiveNumber)
    .option("--table-learning-rate <x>", "of each budget's own schedule (default: the search's)", positiveNumber)
    .option(
      "--scouts <n>",
      "samples on which simple shapes are tried before training (default: the search's)",
      wholeNumber(0),
    )
    .addOption(
      new Option(
        "--start <name>",
        "what is tried on them: simple shapes, or the additive programme's schedules too",
      ).choices(STARTS),
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
  tableLearningRate,
  form,
  scouts,
  preparedMemory,
  start,
}: TrainingCliOptions): StudySearchOptions {
  return {
    ...(budgets === undefined ? {} : { budgets }),
    ...(epochs === undefined ? {} : { epochs }),
    ...(batch === undefined ? {} : { batch }),
    ...(learningRate === undefined ? {} : { learningRate }),
    ...(tableLearningRate === undefined ? {} : { tableLearningRate }),
    ...(scouts === undefined ? {} : { scouts }),
    ...(start === undefined ? {} : { start }),
    ...(preparedMemory === undefined ? {} : { preparedMemory: preparedMemory * 1e9 }),
    ...(form === undefined ? {} : { lagrangian: { form } }),
  };
}
