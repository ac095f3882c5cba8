/** A bundled journal: its bytes, read as strictly as what comes from elsewhere must be. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { type EvaluationEntry, type HeaderEntry, type JournalEntry, parseJournal } from "../../study/index.js";
import { printable } from "../format.js";

const count = z.int().min(0).max(1e9);
const name = z.string().min(1).max(1_000);
const samples = z
  .object({
    ids: z.array(name).max(1_000_000),
    tasks: z.array(z.string()),
    text: z.array(count),
    visual: z.array(count),
  })
  .refine(({ ids, tasks, text, visual }) => [tasks, text, visual].every((list) => list.length === ids.length), {
    message: "as many tasks and numbers of tokens as ids",
  })
  .refine(({ ids }) => new Set(ids).size === ids.length, { message: "ids that are all different" });
const size = z.int().min(1).max(1e9);
const header = z.object({
  kind: z.literal("header"),
  version: z.int(),
  name,
  settings: z.object({
    ...{ model: name, train: name, validation: name, test: name },
    ...{ selector: name, kernel: name, cost: name, conditioning: name, budgetUnit: name },
    seed: z.int(),
  }),
  model: z.object({ name, shape: z.object({ layers: z.int().min(1).max(10_000), hidden: size }) }),
  data: z.object({ name, split: name, trainSamples: count, validation: samples, test: samples }),
});
const scored = z.object({
  counts: z.array(z.array(count)),
  divergence: z.array(z.number()),
  accuracy: z.array(z.number().min(0).max(1)),
});
const evaluation = scored.extend({
  split: z.enum(["validation", "test"]),
  series: name,
  configuration: name,
  budget: z.number().nullable(),
  beforeTopUp: scored.optional(),
});

type Scored = z.infer<typeof scored>;

/** A journal that is whole, with its header in front. */
export interface JournalContents {
  /** The study: its settings, model and samples. */
  readonly header: HeaderEntry;
  /** All entries, the header among them. */
  readonly entries: readonly JournalEntry[];
}

/** What is wrong with an evaluation's lists, or null: one row a sample, and counts that never rise (METHOD §1). */
function listsProblem(
  { counts, divergence, accuracy }: Scored,
  ids: readonly string[],
  header: HeaderEntry,
  split: "validation" | "test",
): string | null {
  for (const [what, list] of Object.entries({ counts, divergence, accuracy })) {
    if (list.length !== ids.length) return `has ${list.length} ${what} for ${ids.length} samples`;
  }
  const { layers } = header.model.shape;
  for (const [s, row] of counts.entries()) {
    if (row.length !== layers) return `has ${row.length} counts for the ${layers} layers at sample ${ids[s]}`;
    const visual = header.data[split].visual[s];
    if (row.some((value, l) => value > (l === 0 ? visual : row[l - 1]))) {
      return `has a schedule that rises or exceeds the ${visual} visual tokens at sample ${ids[s]}: ${row.join(" ").slice(0, 60)}`;
    }
  }
  return null;
}

const unpruned = z.object({ accuracy: z.array(z.number().min(0).max(1)), floorDivergence: z.array(z.number()) });

function unprunedProblem(entry: JournalEntry, { data }: HeaderEntry): string | null {
  const parsed = unpruned.safeParse(entry);
  if (!parsed.success) return "is not as a study writes it";
  const { length } = data.test.ids;
  const wrong = Object.entries(parsed.data).find(([, list]) => list.length !== length);
  return wrong === undefined ? null : `has ${wrong[1].length} ${wrong[0]} for ${length} samples`;
}

function evaluationProblem(entry: EvaluationEntry, header: HeaderEntry): string | null {
  const parsed = evaluation.safeParse(entry);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `is not as a study writes it (${issue.message} at ${issue.path.join(".")})`;
  }
  // The picture controls' counts are those of their own smaller pictures: never more than the whole ones.
  const { ids } = header.data[entry.split];
  const { beforeTopUp } = entry;
  return (
    listsProblem(entry as unknown as Scored, ids, header, entry.split) ??
    (beforeTopUp === undefined ? null : listsProblem(beforeTopUp as unknown as Scored, ids, header, entry.split))
  );
}

/**
 * Reads a journal from its bytes.
 *
 * @param source what messages call it.
 * @throws EspalierError for a damaged or torn line, no header, and evaluations that do not fit the header's samples and layers.
 */
export function readJournalContents(bytes: Buffer, source: string): JournalContents {
  const { entries, whole } = parseJournal(bytes, source);
  if (whole < bytes.length) {
    throw new EspalierError(`The journal ${printable(source)} ends in the middle of a line; get it again.`);
  }
  const parsed = header.safeParse(entries[0]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
    throw new EspalierError(
      `The journal ${printable(source)} does not begin as a study's does (${printable(issue.message).slice(0, 120)}${place}).`,
    );
  }
  const first = entries[0] as HeaderEntry;
  for (const entry of entries) {
    const problem =
      entry.kind === "evaluation"
        ? evaluationProblem(entry, first)
        : entry.kind === "unpruned"
          ? unprunedProblem(entry, first)
          : null;
    if (problem === null) continue;
    const name = entry.kind === "evaluation" ? `${entry.configuration} of ${entry.series}` : "of the unpruned model";
    throw new EspalierError(
      `The evaluation ${printable(name.slice(0, 200))} in ${printable(source)} ${printable(problem)}.`,
    );
  }
  return { header: first, entries };
}
