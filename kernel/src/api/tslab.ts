/** What a notebook imports from "tslab": notebooks that were written for that kernel run unchanged. */
import { createTslab, type Display, type Tslab } from "../display/index.js";
import { currentKernel } from "./current.js";

export type { Display } from "../display/index.js";

const tslab: Tslab = createTslab(currentKernel().displays, currentKernel().typescript);

/** Shows its arguments. */
export const display: Display = tslab.display;
/** A `Display` with one place: what is shown in it replaces what was. */
export const newDisplay: () => Display = tslab.newDisplay;
/** Versions of the interface, of TypeScript and of Node. */
export const versions: Tslab["versions"] = tslab.versions;
