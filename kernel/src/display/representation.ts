/** How a kind of value is recognised by its shape and shown. */
import type { MimeBundle } from "../wire/index.js";

/** What a shape gives: the representations; `text/plain` may be left out, the value is then inspected for it. */
export type Represented = MimeBundle | Promise<MimeBundle>;

/**
 * One kind of value. It must look at nothing but property descriptors until it has recognised the kind: no getter of the
 * value's own runs. Proxies never get here.
 *
 * @returns undefined where the value is of another kind. What it throws becomes a note under the value's text.
 */
export type Representation = (value: object) => Represented | undefined;
