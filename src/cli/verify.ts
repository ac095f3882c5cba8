/** `espalier verify`: whether a bundle's tables and figures follow from its scores, and, with --rerun, the scores from the model. */
import { Command, InvalidArgumentError } from "commander";
import { EspalierError } from "../errors.js";
import {
  type Check,
  chooseReruns,
  compareRerun,
  type JournalContents,
  LIMITS,
  parsePublicKey,
  RERUN_TOLERANCE,
  type Rerun,
  renderChecks,
  renderVerification,
  rerunSchedule,
  TOLERANCE,
  type Verification,
  verificationJson,
  verifyBundle,
} from "../export/bundle/index.js";
import type { Study } from "../study/index.js";
import { readGiven } from "./bundle.js";
import { type SessionOptions, withStudy } from "./session.js";
import { addSizeOptions, addSourceOptions, type SourceOptions } from "./source.js";
import { amount } from "./values.js";

interface VerifyCliOptions extends SourceOptions {
  readonly key?: string;
  readonly tolerance?: number;
  readonly json: boolean;
  readonly rerun?: number | true;
  readonly rerunTolerance?: number;
  readonly study?: string;
}

/** Evaluations that --rerun runs again unless told. */
const RERUNS = 5;

const HELP = `
Verdicts: "same", byte for byte; "within tolerance", numbers that differ by rounding alone; or what differs. The exit code is 0
where nothing differs and 1 otherwise. Nothing is unpacked to the disk, and nothing in a bundle is run.

Examples:
  espalier verify evidence.zip
      recomputes every table, figure and schedule from the scores, within seconds
  espalier verify evidence.zip --key public.pem
      and demands that this key signed it (openssl pkey -in key.pem -pubout -out public.pem)
  espalier verify evidence.zip --rerun --model Qwen2.5-VL-3B-Instruct --data ChartQA_TEST.tsv
      and runs ${RERUNS} of its evaluations again on this machine; --rerun all runs every one that can be`;

function reruns(text: string): number {
  if (text === "all") return Number.POSITIVE_INFINITY;
  const value = Number(text);
  if (text.trim() !== "" && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError("A whole number from 1 up is wanted, or all.");
}

/** What running again found. */
interface RerunReport {
  readonly study: string;
  /** Evaluations that can be run again. */
  readonly of: number;
  readonly tolerance: { readonly relative: number; readonly absolute: number };
  readonly checks: readonly Check[];
}

/** The study that is run again. @throws EspalierError where that is not clear. */
function studyToRerun({ manifest, journals }: Verification, wanted: string | undefined): JournalContents {
  const names = manifest.studies.map(({ name }) => name);
  if (wanted === undefined && names.length > 1) {
    throw new EspalierError(
      `The bundle has the studies ${names.join(", ")}; say which to run again with --study NAME.`,
    );
  }
  const name = wanted ?? names[0];
  if (!names.includes(name)) {
    throw new EspalierError(`The bundle has no study ${name}; it has ${names.join(", ")}.`);
  }
  const journal = journals.get(name);
  if (journal !== undefined) return journal;
  throw new EspalierError(
    `The journal of ${name} cannot be read, so that nothing of it can be run again; get the bundle anew.`,
  );
}

/** @throws EspalierError for another model or other samples than the bundle's. */
async function demandSame(study: Study, { header }: JournalContents): Promise<void> {
  const { model, data } = await study.results();
  const here = { model: model.fingerprint, test: data.fingerprint };
  for (const [key, what, way] of [
    ["model", "model", "give --model the checkpoint that the bundle names"],
    ["test", "test samples", "give --data, --train-data, --train, --validation and --test as the search had them"],
  ] as const) {
    if (here[key] === header.settings[key]) continue;
    throw new EspalierError(
      `The ${what} here ${key === "model" ? "has" : "have"} the digest ${here[key]}, and the bundle's ${header.settings[key]}; ${way}.`,
    );
  }
}

async function rerunAll(
  journal: JournalContents,
  options: VerifyCliOptions,
  args: readonly string[],
): Promise<RerunReport | undefined> {
  const { header } = journal;
  if (!header.model.embedded && options.model === undefined) {
    throw new EspalierError(
      `--rerun needs the model ${header.model.name}: give --model DIR, and --data as the search had it.`,
    );
  }
  const { chosen, of } = chooseReruns(journal, options.rerun === true ? RERUNS : (options.rerun ?? RERUNS));
  const { rerunTolerance } = options;
  const tolerance = rerunTolerance === undefined ? RERUN_TOLERANCE : { ...RERUN_TOLERANCE, relative: rerunTolerance };
  const checks: Check[] = [];
  const groups = new Map<string, Rerun[]>();
  for (const one of chosen) groups.set(one.selector, [...(groups.get(one.selector) ?? []), one]);
  for (const [selector, group] of groups) {
    const { seed } = header.settings;
    // Divergences depend on the model, the samples, the selector and its seed, and on nothing else.
    const others = { kernel: "multiStep", cost: "exact", budgetUnit: "normalised", conditioning: "input" } as const;
    const session: SessionOptions = {
      source: { ...options, seed },
      study: { ...others, selector, seed, name: header.name, storage: null },
      everything: header.data.trainSamples === 0,
      args,
    };
    const found = await withStudy(session, async ({ study }) => {
      const names = group.map((_, i) => `again ${i}`);
      await demandSame(study, journal);
      for (const [i, { entry }] of group.entries()) {
        await study.evaluate(rerunSchedule(journal, entry), { name: names[i] });
      }
      const { rows } = await study.results();
      return group.map(({ entry }, i) => {
        const own = rows.filter(({ configuration }) => configuration === names[i]);
        return compareRerun(journal, entry, own, tolerance);
      });
    });
    if (found === undefined) return undefined;
    checks.push(...found);
  }
  return { study: header.name, of, tolerance, checks };
}

function rerunText({ study, of, tolerance, checks }: RerunReport): string {
  const differing = checks.filter(({ verdict }) => verdict === "differs").length;
  const within = `a relative tolerance of ${tolerance.relative} and ${tolerance.absolute} nats`;
  const end =
    differing === 0
      ? `All ${checks.length} came out as in the bundle, within ${within}.`
      : `${differing} of ${checks.length} did not come out as in the bundle, within ${within}.`;
  return `\nRun again: divergences of ${checks.length} of the ${of} evaluations of ${study} that can be (not those of smaller pictures, nor those made for comparisons at matched cost)\n${renderChecks(checks)}\n${end}\n`;
}

/** @param args what was typed behind `espalier`. */
export function verifyCommand(args: readonly string[]): Command {
  const command = new Command("verify")
    .description("recompute every table and figure of a bundle from its scores, and say what differs")
    .argument("<bundle>", "a file of espalier bundle")
    .option("--key <public.pem>", "demand that this Ed25519 key signed it")
    .option(
      "--tolerance <x>",
      `relative difference of numbers that is still none (default: ${TOLERANCE.relative})`,
      amount,
    )
    .option("--json", "print what was found as JSON", false)
    .option("--rerun [n]", `also run evaluations again with the model: how many, or all (default: ${RERUNS})`, reruns)
    .option(
      "--rerun-tolerance <x>",
      `relative difference of a divergence that is still none (default: ${RERUN_TOLERANCE.relative})`,
      amount,
    )
    .option("--study <name>", "which study of several is run again");
  addSourceOptions(command);
  addSizeOptions(command);
  return command.addHelpText("after", HELP).action(async (file: string, options: VerifyCliOptions) => {
    const { key, tolerance, rerun } = options;
    if (rerun === undefined && (options.model ?? options.data ?? options.samples) !== undefined) {
      throw new EspalierError("--model and --data are for running evaluations again; give --rerun too.");
    }
    const publicKey =
      key === undefined ? undefined : parsePublicKey(readGiven(key, "The key", 1 << 20), `The key file ${key}`);
    const verification = await verifyBundle(readGiven(file, "The bundle", LIMITS.archive), {
      source: file,
      ...(publicKey === undefined ? {} : { publicKey }),
      ...(tolerance === undefined ? {} : { tolerance: { ...TOLERANCE, relative: tolerance } }),
    });
    const said = { source: file, ...(tolerance === undefined ? {} : { tolerance }) };
    if (!options.json) process.stdout.write(renderVerification(verification, said));
    const again =
      rerun === undefined ? undefined : await rerunAll(studyToRerun(verification, options.study), options, args);
    // Stopped by Ctrl-C; the exit code is set.
    if (rerun !== undefined && again === undefined) return;
    if (options.json) process.stdout.write(verificationJson(verification, again));
    else if (again !== undefined) process.stdout.write(rerunText(again));
    const differs = again?.checks.some(({ verdict }) => verdict === "differs") ?? false;
    if (!verification.ok || differs) process.exitCode = 1;
  });
}
