export { AdamW, type AdamWOptions, type AdamWState } from "./adamW.js";
export { availableMemory } from "./availableMemory.js";
export { type BackendReport, useBackend } from "./backend.js";
export { markEngine } from "./engineState.js";
export { castHalf, type HalfFormat } from "./halfCast.js";
export { Pacer, Stopped } from "./pacer.js";
export { Random } from "./random.js";
export { type Pullback, Tape } from "./tape.js";
