/** Imported before TensorFlow.js in a notebook, so that it computes on the same backend as Espalier. */
import { useBackend } from "../tensor/index.js";

await useBackend();
