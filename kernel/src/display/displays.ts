/** What a notebook shows besides the results of its cells. */
import { randomUUID } from "node:crypto";
import type { JsonObject, KernelContents } from "../wire/index.js";
import { type DisplayBundle, isMimeBundle, normalizeData, toJson, withText } from "./bundle.js";
import { toMimeBundle } from "./mimeBundle.js";
import { isObject } from "./properties.js";
import type { MaybePromise } from "./settle.js";

type DisplayType = "display_data" | "update_display_data" | "clear_output";

/** Publishes on iopub, for the cell that the call belongs to. */
export type PublishDisplay = <Type extends DisplayType>(type: Type, content: KernelContents[Type]) => void;

export interface DisplayOptions {
  /** Whether the value is a MIME bundle, shown as it is. Default: if all its keys are MIME types. */
  readonly raw?: boolean;
  /** Added to the bundle's metadata, by MIME type. */
  readonly metadata?: JsonObject;
  /** Names the display, so that it can be updated. Default: a new name. */
  readonly displayId?: string;
  /** The same, as Deno's kernel calls it. */
  readonly display_id?: string;
  /** Replaces what was shown under `displayId`, in every cell, instead of showing anew. Default false. */
  readonly update?: boolean;
}

type Update = (value: unknown, options?: Pick<DisplayOptions, "raw" | "metadata">) => void;

/** A display that can be replaced. As a cell's result it is not shown: what it stands for is. */
export class DisplayHandle {
  readonly displayId: string;
  /** Replaces what is shown. */
  readonly update: Update;

  constructor(displayId: string, update: Update) {
    this.displayId = displayId;
    this.update = update;
  }
}

export class Displays {
  readonly #publish: PublishDisplay;
  /** What waits for a representation, by display: what follows for the same display must wait too. */
  readonly #pending = new Map<string, Promise<void>>();

  constructor(publish: PublishDisplay) {
    this.#publish = publish;
  }

  /**
   * Shows a value: at once, except where a representation of it needs time; `settled` waits for those.
   *
   * @throws TypeError where a raw bundle or the metadata cannot be written as JSON.
   */
  display(value: unknown, options: DisplayOptions = {}): DisplayHandle {
    const displayId = options.displayId ?? options.display_id ?? randomUUID();
    const show = (value: unknown, { update = false, ...rest }: DisplayOptions): void => {
      const type = update ? "update_display_data" : "display_data";
      const metadata = rest.metadata === undefined ? {} : (toJson(rest.metadata) as JsonObject);
      this.#show(type, displayId, bundleOf(value, rest), metadata);
    };
    show(value, options);
    return new DisplayHandle(displayId, (value, options = {}) => show(value, { ...options, update: true }));
  }

  /** @param wait whether the output stays until the next comes, which avoids flickering; default false. */
  clearOutput(wait = false): void {
    this.#publish("clear_output", { wait });
  }

  /**
   * Resolves when nothing waits for a representation any more. A cell's end waits for it; whoever interrupts that calls
   * `abandon`.
   */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending.values());
  }

  /** What waits for a representation now is waited for no longer; if it still comes, it is shown. */
  abandon(): void {
    this.#pending.clear();
  }

  #show(
    type: "display_data" | "update_display_data",
    displayId: string,
    bundle: MaybePromise<DisplayBundle>,
    added: JsonObject,
  ): void {
    const publish = ({ data, metadata }: DisplayBundle) =>
      this.#publish(type, { data, metadata: { ...metadata, ...added }, transient: { display_id: displayId } });
    const earlier = this.#pending.get(displayId);
    if (earlier === undefined && !(bundle instanceof Promise)) {
      publish(bundle);
      return;
    }
    const pending = Promise.all([bundle, earlier]).then(([bundle]) => {
      if (this.#pending.get(displayId) === pending) this.#pending.delete(displayId);
      publish(bundle);
    });
    this.#pending.set(displayId, pending);
  }
}

function bundleOf(value: unknown, { raw }: DisplayOptions): MaybePromise<DisplayBundle> {
  const isBundle = raw === true ? isObject(value) : raw === undefined && isMimeBundle(value);
  if (!isBundle) return toMimeBundle(value);
  return { data: withText(normalizeData(value as object, raw === true ? "any" : "mime")), metadata: {} };
}
