/** What is asked of the kernel, and what it has answered: each question once, broken off when nobody waits for it. */
import { type Disposers, RequestError, Requests } from "../core/index.js";
import { DataError, Field, LIMITS, type PairedDifference, readDifferences, readEvaluated } from "../data/index.js";
import type { WidgetModel } from "../widget.js";

/** An answer, or the sentence that says why there is none. */
export type Answer<T> = { readonly value: T } | { readonly error: string } | "asked";

export class Questions {
  readonly #requests: Requests;
  readonly #changed: () => void;
  readonly #shares = new Map<string, Answer<readonly number[]>>();
  readonly #differences = new Map<string, Answer<readonly PairedDifference[]>>();
  #ending: AbortController | null = null;

  /** @param changed called when an answer has come. */
  constructor(model: WidgetModel, changed: () => void, disposers: Disposers) {
    this.#requests = new Requests(model);
    this.#changed = changed;
    disposers.add(() => this.#requests.dispose());
    disposers.add(() => this.#ending?.abort());
  }

  /** What a configuration keeps at each layer. */
  shares(id: string): Answer<readonly number[]> {
    return this.#once(this.#shares, id, async () => sharesOf(await this.#requests.ask({ name: "schedule", id })));
  }

  /** The paired differences a − b. */
  differences(a: string, b: string): Answer<readonly PairedDifference[]> {
    return this.#once(this.#differences, JSON.stringify([a, b]), async () =>
      readDifferences(await this.#requests.ask({ name: "compare", a, b })),
    );
  }

  /** Asks again what has been answered with an error, as when a kernel is there again. */
  forgetErrors(): void {
    for (const answers of [this.#shares, this.#differences])
      for (const [key, answer] of answers) if (answer !== "asked" && "error" in answer) answers.delete(key);
  }

  /** Whether a budget is being evaluated. */
  get evaluating(): boolean {
    return this.#ending !== null;
  }

  cancelEvaluation(): void {
    this.#ending?.abort();
  }

  /**
   * Has a budget evaluated.
   *
   * @returns the id of what was found; null where it was cancelled.
   * @throws RequestError, DataError.
   */
  async evaluate(budget: number): Promise<string | null> {
    const ending = new AbortController();
    this.#ending = ending;
    this.#changed();
    try {
      const value = await this.#requests.ask({ name: "evaluateBudget", budget }, ending.signal);
      return readEvaluated(value, sharesOf(value).length).schedule.id;
    } catch (error) {
      if (ending.signal.aborted) return null;
      throw error;
    } finally {
      this.#ending = null;
      this.#changed();
    }
  }

  #once<T>(answers: Map<string, Answer<T>>, key: string, ask: () => Promise<T>): Answer<T> {
    const known = answers.get(key);
    if (known !== undefined) return known;
    answers.set(key, "asked");
    ask()
      .then(
        (value) => answers.set(key, { value }),
        (error: unknown) => answers.set(key, { error: sentenceOf(error) }),
      )
      .then(this.#changed);
    return "asked";
  }
}

/** What an error of a question says to a reader. */
export function sentenceOf(error: unknown): string {
  if (error instanceof RequestError) return error.message;
  if (error instanceof DataError) return `The kernel's answer cannot be read. ${error.message}`;
  throw error;
}

function sharesOf(value: unknown): number[] {
  return new Field(value)
    .get("schedule")
    .get("shares")
    .list(LIMITS.layers, (share) => share.number(0, 1));
}
