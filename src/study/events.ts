/** What a study tells while it works, for a progress line or a widget. */
import type { CostVector } from "../cost/index.js";

/** Parts of the work, in the order in which a search goes through them; a certificate comes when it is asked for. */
export type StudyPart =
  | "samples"
  | "training"
  | "evaluation"
  | "searcher"
  | "controls"
  | "recipes"
  | "comparisons"
  | "certificate"
  | "intervals";

/** What a study tells, by the event's name. */
export interface StudyEvents {
  /** Some of a part is done. */
  readonly progress: {
    readonly part: StudyPart;
    /** What is being done, in words; may change within a part. */
    readonly label: string;
    readonly done: number;
    readonly total: number;
  };
  /** A configuration has been evaluated on a split, and is in the journal. */
  readonly evaluation: {
    readonly split: "validation" | "test";
    readonly series: string;
    readonly configuration: string;
    readonly budget: number | null;
    /** Mean over samples, normalised. */
    readonly cost: number;
    /** Mean over samples, nats. */
    readonly divergence: number;
    readonly accuracy: number | null;
    /** Mean over each task's samples, by task; empty where all are of one. */
    readonly taskAccuracy: ReadonlyMap<string, number>;
    /** Mean over samples, in every unit. */
    readonly costs: CostVector;
    /** [L] Mean over samples of the part of their visual tokens that is kept at each layer. */
    readonly shares: readonly number[];
  };
  /** A pass over the training samples is over and the training's state is on the disk. */
  readonly epoch: {
    readonly series: string;
    readonly epoch: number;
    readonly epochs: number;
    /** Means over the epoch's steps. */
    readonly divergence: number;
    readonly violation: number;
    readonly converged: boolean;
  };
  /** Work begins, ends, or is broken off. */
  readonly state: { readonly running: boolean; readonly operation: string | null; readonly reused: boolean };
  /** The study is closed; nothing follows. */
  readonly closed: { readonly name: string };
}

type Listeners = { [E in keyof StudyEvents]: Set<(event: StudyEvents[E]) => void> };

/** Listeners by event. */
export class StudyEmitter {
  readonly #listeners: Listeners = {
    progress: new Set(),
    evaluation: new Set(),
    epoch: new Set(),
    state: new Set(),
    closed: new Set(),
  };

  /** @returns takes the listener away again. */
  on<E extends keyof StudyEvents>(event: E, listener: (event: StudyEvents[E]) => void): () => void {
    const listeners = this.#listeners[event];
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Calls every listener; what one throws is reported as a warning and disturbs neither the work nor the others. */
  emit<E extends keyof StudyEvents>(event: E, value: StudyEvents[E]): void {
    for (const listener of [...this.#listeners[event]]) {
      try {
        listener(value);
      } catch (error) {
        process.emitWarning(`A listener of the study's ${event} events failed: ${String(error)}`);
      }
    }
  }
}
