/** Where the parts of a model that wraps a language model lie in its checkpoint. */
import type { WeightSource } from "./parameters.js";

export interface NestedPrefixes {
  readonly decoder: string;
  /** Name of the head's weight, where it is not tied. */
  readonly head: string;
  readonly vision: string;
  readonly projector: string;
}

/** As transformers from 4.52 on writes them, or as the hub's older files have them. */
export function nestedPrefixes(source: WeightSource): NestedPrefixes {
  if (source.has("model.language_model.embed_tokens.weight")) {
    return {
      decoder: "model.language_model",
      head: "lm_head.weight",
      vision: "model.vision_tower",
      projector: "model.multi_modal_projector",
    };
  }
  return {
    decoder: "language_model.model",
    head: "language_model.lm_head.weight",
    vision: "vision_tower",
    projector: "multi_modal_projector",
  };
}
