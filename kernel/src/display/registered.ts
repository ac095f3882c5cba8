/** Representations that libraries add to the kernel's own. */
import { normalizeData } from "./bundle.js";
import type { Representation } from "./representation.js";

/** The latest first, so that a library can show a kind better than one before it. */
let added: readonly Representation[] = [];

/**
 * Adds a kind of value. It is asked before the kernel's own kinds; bytes in its bundles become base64.
 *
 * @returns takes it away again.
 */
export function registerRepresentation(representation: Representation): () => void {
  const checked: Representation = (value) => {
    const found = representation(value);
    if (found === undefined) return undefined;
    return found instanceof Promise ? found.then((data) => normalizeData(data)) : normalizeData(found);
  };
  added = [checked, ...added];
  return () => {
    added = added.filter((one) => one !== checked);
  };
}

/** In the order in which they are asked. */
export function registered(): readonly Representation[] {
  return added;
}
