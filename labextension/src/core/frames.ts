/** Redrawing at most once a frame, however often something changes. */

/** Runs each part that has been asked for once, in the next animation frame, in the order in which parts were declared. */
export class Frames<Part extends string> {
  readonly #parts: Readonly<Record<Part, () => void>>;
  readonly #dirty = new Set<Part>();
  #request: number | null = null;

  /** @param parts what draws each; the order of the keys is the order of drawing. */
  constructor(parts: Readonly<Record<Part, () => void>>) {
    this.#parts = parts;
  }

  ask(...parts: readonly Part[]): void {
    for (const part of parts) this.#dirty.add(part);
    this.#request ??= requestAnimationFrame(() => this.flush());
  }

  /** Draws what was asked for now, for a first drawing or an export. */
  flush(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    const dirty = new Set(this.#dirty);
    this.#dirty.clear();
    for (const part of Object.keys(this.#parts) as Part[]) if (dirty.has(part)) this.#parts[part]();
  }

  dispose(): void {
    if (this.#request !== null) cancelAnimationFrame(this.#request);
    this.#request = null;
    this.#dirty.clear();
  }
}
