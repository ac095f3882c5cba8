/** Imported before TensorFlow.js in a notebook, so that it computes on the same backend as Espalier. */
import { announceBackend } from "./backendNotice.js";

await announceBackend();
