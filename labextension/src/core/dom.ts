/** Making elements. Text is only ever set as text: nothing here, and nothing in the widgets, parses markup. */

type Child = Node | string;

export interface ElementOptions {
  /** Class names, with spaces between. */
  readonly class?: string;
  readonly text?: string;
  /** Set as attributes; false, null and undefined are left out, true is the empty value. */
  readonly attributes?: Readonly<Record<string, string | number | boolean | null | undefined>>;
}

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  options: ElementOptions = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), options, children);
}

/** An SVG element. */
export function svgElement<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  options: ElementOptions = {},
  ...children: readonly Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(SVG, tag), options, children);
}

/** Sets attributes as `ElementOptions.attributes` says; those that are left out are removed. */
export function setAttributes(target: Element, attributes: NonNullable<ElementOptions["attributes"]>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) target.removeAttribute(name);
    else target.setAttribute(name, value === true ? "" : String(value));
  }
}

function fill<E extends Element>(
  target: E,
  { class: names, text, attributes = {} }: ElementOptions,
  children: readonly Child[],
): E {
  if (names !== undefined) target.setAttribute("class", names);
  if (text !== undefined) target.textContent = text;
  setAttributes(target, attributes);
  target.append(...children);
  return target;
}

/** What has to be undone at the end, undone in the opposite order. */
export class Disposers {
  readonly #list: (() => void)[] = [];

  add(dispose: () => void): void {
    this.#list.push(dispose);
  }

  /** Listens to events of an element, the window, a media query. */
  listen<T extends EventTarget>(
    target: T,
    event: string,
    listener: (event: Event) => void,
    options?: AddEventListenerOptions,
  ): void {
    target.addEventListener(event, listener, options);
    this.add(() => target.removeEventListener(event, listener, options));
  }

  dispose(): void {
    for (const dispose of this.#list.splice(0).reverse()) dispose();
  }
}

let last = 0;

/** An id that no other element of the page has, for `aria-labelledby` and the like. */
export function uniqueId(purpose: string): string {
  last++;
  return `espalier-${purpose}-${last}`;
}
