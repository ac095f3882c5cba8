export { type BackendReport, useBackend } from "./backend.js";
export { Random } from "./random.js";
export { type Pullback, Tape } from "./tape.js";
export { AdamW, type AdamWOptions, type AdamWState } from "./adamW.js";
