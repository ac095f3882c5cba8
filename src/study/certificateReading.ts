/** Certificates in a journal: their blocks put together, and checked against the schedules that they belong to. */
import { EspalierError } from "../errors.js";
import { changedCounts, costOfChange } from "../evaluation/index.js";
import type { MoveName } from "../export/index.js";
import type { CertificateBlockEntry, EvaluationEntry, HeaderEntry, JournalEntry } from "./entries.js";
import { costOf, evaluations } from "./reading.js";

/** What makes two certificates the same. */
export interface CertificateKey {
  readonly series: string;
  readonly configuration: string;
  /** Size of a change. */
  readonly tokens: number;
}

/** A change of one layer, over all test samples; 0 throughout where a sample does not allow it. */
export interface MeasuredMove {
  readonly layer: number;
  readonly move: MoveName;
  /** [S] 1 where the change is legal. */
  readonly legal: Float64Array;
  /** [S] change of the divergence, nats. */
  readonly divergence: Float64Array;
  /** [S] change of the normalised cost. */
  readonly cost: Float64Array;
}

/** A finished certificate's numbers. */
export interface MeasuredCertificate extends CertificateKey {
  readonly entry: EvaluationEntry;
  /** For every layer from 1 on, more, then less. */
  readonly moves: readonly MeasuredMove[];
}

/**
 * What a move saves and what it costs, counted so that its price is the ratio of their means whichever way it goes: for less,
 * the divergence that it brings over the cost that it spares.
 *
 * @param members [S] of 0 and 1: the samples that count; default those that allow the move.
 * @returns [S] each, nats and normalised cost; 0 in both for other samples.
 */
export function savedAndPaid(
  { move, legal, divergence, cost }: MeasuredMove,
  members: Float64Array = legal,
): [saved: Float64Array, paid: Float64Array] {
  const sign = move === "more" ? 1 : -1;
  const of = (values: Float64Array, factor: number) =>
    values.map((value, s) => (members[s] === 0 ? 0 : factor * value));
  return [of(divergence, -sign), of(cost, sign)];
}

/** The blocks of a certificate, in the order of its samples. */
export function blocksOf(entries: readonly JournalEntry[], key: CertificateKey): CertificateBlockEntry[] {
  return entries.filter(
    (entry): entry is CertificateBlockEntry =>
      entry.kind === "certificateBlock" &&
      entry.series === key.series &&
      entry.configuration === key.configuration &&
      entry.tokens === key.tokens,
  );
}

/** Every certificate that was begun, in the order of the journal. */
export function certificateKeys(entries: readonly JournalEntry[]): CertificateKey[] {
  const keys = new Map<string, CertificateKey>();
  for (const entry of entries) {
    if (entry.kind !== "certificateBlock") continue;
    const { series, configuration, tokens } = entry;
    keys.set(JSON.stringify([series, configuration, tokens]), { series, configuration, tokens });
  }
  return [...keys.values()];
}

/**
 * Puts the blocks of a certificate together.
 *
 * @returns null while blocks are missing.
 * @throws EspalierError where a block does not fit the schedule that it belongs to.
 */
export function measuredCertificate(
  entries: readonly JournalEntry[],
  header: HeaderEntry,
  key: CertificateKey,
): MeasuredCertificate | null {
  const misfit = (what: string) =>
    new EspalierError(
      `The certificate of ${key.configuration} in the journal of ${header.name} does not fit its schedule: ${what}. Another version of Espalier wrote it; certify again under another name of the study.`,
    );
  const entry = evaluations(entries, "test", key.series).find(
    ({ configuration }) => configuration === key.configuration,
  );
  if (entry === undefined) throw misfit("the schedule was not evaluated");
  const { ids, text, visual } = header.data.test;
  const { layers } = header.model.shape;
  const cost = costOf(header);
  const moves = Array.from({ length: layers - 1 }, (_, l) =>
    (["more", "less"] as const).map((move): MeasuredMove => {
      const empty = () => new Float64Array(ids.length);
      return { layer: l + 1, move, legal: empty(), divergence: empty(), cost: empty() };
    }),
  ).flat();
  let seen = 0;
  for (const block of blocksOf(entries, key)) {
    const size = block.divergence.length;
    if (block.first !== seen || seen + size > ids.length) throw misfit(`sample ${seen} is missing or there twice`);
    for (const { layer, move, legal, divergence, cost: paid } of moves) {
      const row = block[move][layer - 1];
      if (row?.length !== size) throw misfit(`layer ${layer} has numbers for ${row?.length ?? 0} of ${size} samples`);
      const step = move === "more" ? key.tokens : -key.tokens;
      for (const [i, change] of row.entries()) {
        const s = block.first + i;
        const counts = changedCounts(entry.counts[s], layer, step);
        if ((counts === null) !== (change === null))
          throw misfit(`sample ${ids[s]} has other counts at layer ${layer}`);
        if (counts === null || change === null) continue;
        legal[s] = 1;
        divergence[s] = change;
        paid[s] = costOfChange(cost, entry.counts[s], counts, { text: text[s], visual: visual[s] });
      }
    }
    seen += size;
  }
  return seen === ids.length ? { ...key, entry, moves } : null;
}
