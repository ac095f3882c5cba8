/** What is known of a configuration or a pair of them: of the data, of the kernel, or why it is not. */
import type { PairedDifference } from "../data/index.js";
import { differencesOf, type FrontierScene } from "./model/index.js";
import type { Words } from "./panels/index.js";
import type { Answer, Questions } from "./questions.js";

export interface Sources {
  readonly scene: FrontierScene;
  readonly questions: Questions;
  readonly words: Words;
  /** Whether a kernel can be asked. */
  readonly live: boolean;
}

export interface SharesShown {
  readonly shares: readonly number[] | null;
  /** In the place of shares. */
  readonly sharesNote: string;
}

export interface ComparisonShown {
  readonly differences: readonly PairedDifference[];
  /** In the place of differences. */
  readonly note: string;
}

/** What a point keeps at each layer; asks the kernel where the data do not say. @param point −1 for none. */
export function sharesOf({ scene, questions, words, live }: Sources, point: number): SharesShown {
  const known = point < 0 ? null : scene.points.shares(point);
  if (known !== null || point < 0) return { shares: known, sharesNote: "" };
  if (!live) return { shares: null, sharesNote: words.text("Run the cell again to see what each layer keeps.") };
  const [shares, sharesNote] = shown(
    questions.shares(scene.points.id(point)),
    words.text("Asking what each layer keeps …"),
  );
  return { shares, sharesNote };
}

/** How two pinned points differ; asks the kernel where the data hold no comparison. */
export function comparisonOf({ scene, questions, words, live }: Sources, pinned: readonly number[]): ComparisonShown {
  const [a, b] = pinned.map((point) => scene.points.id(point));
  if (a === undefined || b === undefined)
    return { differences: [], note: words.text("Pin another configuration to compare the two.") };
  const known = differencesOf(scene.data.comparisons, a, b);
  if (known.length > 0) return { differences: known, note: "" };
  if (!live)
    return { differences: [], note: words.text("These two were not compared; run the cell again to compare them.") };
  const [differences, note] = shown(questions.differences(a, b), words.text("Comparing …"));
  return { differences: differences ?? [], note };
}

function shown<T>(answer: Answer<T>, waiting: string): [T | null, string] {
  if (answer === "asked") return [null, waiting];
  return "error" in answer ? [null, answer.error] : [answer.value, ""];
}
