/** The two ends of every frontier, on the test samples: nothing pruned, and everything pruned after layer 0. */
import type { Pacer } from "../tensor/index.js";
import type { StudyContext } from "./context.js";

/** Counts of every test sample with the same number of tokens at every layer from 1 on. */
export function levelCounts(context: StudyContext, level: (visual: number) => number): number[][] {
  return context.header.data.test.visual.map((visual) =>
    Array.from({ length: context.layers }, (_, i) => (i === 0 ? visual : level(visual))),
  );
}

/** Evaluates both ends, once per study. */
export async function evaluateUnpruned(context: StudyContext, pacer: Pacer): Promise<void> {
  if (context.entriesOf("unpruned").length > 0) return;
  const prepared = await context.prepared("test", pacer);
  const full = levelCounts(context, (visual) => visual);
  const exact = prepared.samples.map(({ teacherExact }) => teacherExact);
  const accuracy = await context.scorer.score(prepared, context.data.test, full, exact, pacer);
  const floor = await context.outcome(
    "test",
    levelCounts(context, () => 0),
    pacer,
  );
  context.append({ kind: "unpruned", accuracy, floorDivergence: floor.divergence });
}
