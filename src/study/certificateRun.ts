/** Certifying a configuration: what a token more or less at each of its layers would change (METHOD §9). */
import { EspalierError } from "../errors.js";
import { type Certificate, certificate, demandStep } from "../evaluation/index.js";
import type { Pacer } from "../tensor/index.js";
import { blocksOf, type CertificateKey } from "./certificateReading.js";
import { meanOf, type StudyContext } from "./context.js";
import { type CertificateBlockEntry, type EvaluationEntry, SERIES } from "./entries.js";
import { runEvaluate, type ScheduleToEvaluate, type StudyEvaluateOptions } from "./evaluateRun.js";
import { evaluations } from "./reading.js";

/** How a study certifies a schedule. */
export interface StudyCertificateOptions extends StudyEvaluateOptions {
  /**
   * Size of a change; default a sixty-fourth of the test samples' mean visual tokens, at least one. Larger changes have
   * narrower intervals, since less hangs on which token it is, but fewer layers have room for them.
   */
  readonly tokens?: number;
}

/** What to certify: a schedule as `evaluate` takes it, or what the search proposes at a budget it has been evaluated at. */
export type ScheduleToCertify = ScheduleToEvaluate | { readonly budget: number };

/** So pictures of less than a hundred tokens are changed by one token, and larger ones in proportion. */
const TOKENS_PER_STEP = 64;

/** Samples measured together, and lost at most when a process is killed. */
const BLOCK = 16;

/** The search's evaluation at a budget. @throws EspalierError that lists the budgets there are. */
function searchedAt(context: StudyContext, budget: number): EvaluationEntry {
  const searched = evaluations(context.entries, "test", SERIES.search);
  const found = searched.find((entry) => entry.budget === budget);
  if (found) return found;
  const known = searched.flatMap((entry) => (entry.budget === null ? [] : [entry.budget])).sort((a, b) => a - b);
  const way = known.length === 0 ? "search at it first" : `choose one of ${known.join(", ")}, or search at it first`;
  throw new EspalierError(`The search has not been evaluated at the budget ${budget}; ${way}.`);
}

/** Changes of one direction by layer and sample, [L−1][s]; null where a change is no schedule. */
function changesOf({ divergence, changes }: Certificate, sign: 1 | -1): (number | null)[][] {
  return changes
    .filter(({ tokens }) => Math.sign(tokens) === sign)
    .map((change) => {
      const row = new Array<number | null>(divergence.length).fill(null);
      change.legal.forEach((s, l) => {
        row[s] = change.divergence[l];
      });
      return row;
    });
}

/**
 * Measures the blocks of samples that the journal does not have yet.
 *
 * @returns what was certified; every block of it is in the journal.
 * @throws EspalierError for a schedule that does not fit, a budget that was not searched, a size that is none; Stopped.
 */
export async function runCertificate(
  context: StudyContext,
  wanted: ScheduleToCertify,
  options: StudyCertificateOptions,
  pacer: Pacer,
): Promise<CertificateKey> {
  const { ids, visual } = context.header.data.test;
  const tokens = options.tokens ?? Math.max(1, Math.round(meanOf(visual) / TOKENS_PER_STEP));
  demandStep(tokens);
  const entry =
    "budget" in wanted ? searchedAt(context, wanted.budget) : await runEvaluate(context, wanted, options, pacer);
  const { series, configuration, counts } = entry;
  const key = { series, configuration, tokens };
  const label = `certificate of ${configuration}`;
  const done = blocksOf(context.entries, key).reduce((sum, block) => sum + block.divergence.length, 0);
  for (let first = done; first < ids.length; first += BLOCK) {
    context.progress("certificate", label, first, ids.length);
    const prepared = await context.prepared("test", pacer);
    const started = performance.now();
    const members = prepared.samples.slice(first, first + BLOCK);
    const measured = await certificate(
      { ...prepared, samples: members },
      counts.slice(first, first + BLOCK),
      context.cost,
      {
        tokens,
        batch: BLOCK,
        pacer,
        onProgress: (share) => context.progress("certificate", label, first + share * members.length, ids.length),
      },
    );
    const block: CertificateBlockEntry = {
      kind: "certificateBlock",
      ...key,
      first,
      divergence: [...measured.divergence],
      more: changesOf(measured, 1),
      less: changesOf(measured, -1),
      layerForwards: measured.layerForwards,
      seconds: (performance.now() - started) / 1000,
    };
    demandFinite(block, ids);
    context.append(block);
  }
  context.progress("certificate", label, ids.length, ids.length);
  return key;
}

/** JSON would write a NaN as null, which here means "no schedule". */
function demandFinite({ configuration, first, divergence, more, less }: CertificateBlockEntry, ids: readonly string[]) {
  divergence.forEach((value, s) => {
    const own = [value, ...[...more, ...less].map((row) => row[s])];
    const bad = own.find((one) => one !== null && !Number.isFinite(one));
    if (bad === undefined) return;
    throw new EspalierError(
      `A divergence of sample ${ids[first + s]} is ${bad} in the certificate of ${configuration}; the model's weights or its pictures hold values that are not finite. Check them with "espalier parity".`,
    );
  });
}
