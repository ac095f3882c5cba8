/** What the handles of both widgets have in common. */
import { type CurrentKernel, type DisplayHandle, findCurrentKernel } from "../../../kernel/src/api/index.js";
import type { TwoWayState } from "../../../labextension/src/data/index.js";
import { EspalierError } from "../../errors.js";
import { WidgetChannel } from "./channel.js";
import type { Bundle } from "./transport.js";

/** How a value says what it is shown as. */
const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never;

/** Between two states of an output in the notebook's file, at least. */
const FILE_MS = 1_000;

/** @throws EspalierError in a program that is no notebook. */
export function demandKernel(): CurrentKernel {
  const kernel = findCurrentKernel();
  if (kernel !== undefined) return kernel;
  throw new EspalierError(
    "A widget needs a notebook to stand in; in a program, use frontierSpecification and renderSvg to draw.",
  );
}

/**
 * One output, kept in the notebook's file as its widget is on the screen: at most once a second while something changes, and
 * at the end with everything that other front ends draw. A cell that runs waits for that.
 */
export class WidgetOutput {
  readonly #kernel: CurrentKernel;
  readonly #channel: WidgetChannel;
  readonly #quick: () => Bundle;
  #display: DisplayHandle | undefined;
  #timer: NodeJS.Timeout | undefined;
  #last = 0;
  /** The drawings that are shown beside the data; empty where they would show something that is no more. */
  #figure: Bundle = {};
  /** Raised where the figure goes out of date. */
  #age = 0;

  /** @param quick the bundle that can be made at once. */
  constructor(kernel: CurrentKernel, channel: WidgetChannel, quick: () => Bundle) {
    this.#kernel = kernel;
    this.#channel = channel;
    this.#quick = quick;
  }

  /** Shows it at the cell that runs; a second time, there too. */
  show(): void {
    const displayId = this.#display?.displayId;
    this.#display = this.#kernel.displays.display(this.#channel.transport.present(this.#bundle()), {
      raw: true,
      metadata: this.#metadata,
      ...(displayId === undefined ? {} : { displayId }),
    });
    this.#last = performance.now();
  }

  /** Something has changed, and more may. @param isDrawn whether it is to be seen in the figure too. */
  changed(isDrawn: boolean): void {
    if (isDrawn) {
      this.#figure = {};
      this.#age++;
    }
    if (this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + FILE_MS - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#last = performance.now();
      const { transport } = this.#channel;
      if (transport.redraws) transport.tell(this.#bundle());
      else this.#display?.update(transport.present(this.#bundle()), { raw: true, metadata: this.#metadata });
    }, wait).unref();
  }

  /**
   * Nothing changes for now.
   *
   * @param figure draws for other front ends; where it cannot, what is known is shown without drawings.
   */
  settle(figure: () => Promise<Bundle>): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#last = performance.now();
    const { transport } = this.#channel;
    // Whoever has asked for something is at work in the view.
    if (transport.redraws && WidgetChannel.isAnswering) void this.#whole(figure).then((whole) => transport.tell(whole));
    else {
      const shown = async () => transport.present(await this.#whole(figure));
      this.#display?.update({ [DISPLAY]: shown }, { metadata: this.#metadata });
    }
  }

  get #metadata(): Record<string, unknown> {
    return { ...this.#channel.transport.metadata };
  }

  async #whole(figure: () => Promise<Bundle>): Promise<Bundle> {
    const age = this.#age;
    const drawn = await figure().catch((): Bundle => ({}));
    if (age === this.#age) this.#figure = drawn;
    return this.#bundle();
  }

  #bundle(): Bundle {
    return { ...this.#quick(), ...this.#figure };
  }
}

/** What can be listened to, and with what it is told. */
export type Listener<Value> = (value: Value) => void;

export class Listeners<Events> {
  readonly #sets = new Map<keyof Events, Set<Listener<never>>>();

  /** @returns listens no longer. */
  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): () => void {
    const set = this.#sets.get(event) ?? new Set();
    this.#sets.set(event, set);
    set.add(listener as Listener<never>);
    return () => set.delete(listener as Listener<never>);
  }

  emit<E extends keyof Events>(event: E, value: Events[E]): void {
    for (const listener of [...(this.#sets.get(event) ?? [])] as Listener<Events[E]>[]) listener(value);
  }
}

/** The part of a state that has changed; undefined where nothing has. */
export function changesOf<S extends Partial<TwoWayState>>(before: S, after: S): Partial<S> | undefined {
  const changed = Object.entries(after).filter(
    ([key, value]) => JSON.stringify(before[key as keyof S]) !== JSON.stringify(value),
  );
  return changed.length === 0 ? undefined : (Object.fromEntries(changed) as Partial<S>);
}
