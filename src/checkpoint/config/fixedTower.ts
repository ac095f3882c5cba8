/** Vision transformers that see every picture at one size, as CLIP's and SigLIP's. */
import { z } from "zod";
import { check, count, divides, positive, size } from "./check.js";

/** Sizes of a vision transformer that sees every picture at one size. */
export interface FixedTowerConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  /** Blocks that the checkpoint has. */
  readonly depth: number;
  readonly heads: number;
  /** Pixels along one side of a picture; a multiple of `patchSize`. */
  readonly imageSize: number;
  /** Pixels along one side of a patch. */
  readonly patchSize: number;
  readonly layerNormEps: number;
}

/** Values of fields that a file leaves out. */
export interface FixedTowerDefaults {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly image_size: number;
  readonly patch_size: number;
  readonly layer_norm_eps: number;
}

const schema = z.looseObject({
  hidden_size: size.optional(),
  intermediate_size: size.optional(),
  num_hidden_layers: count.optional(),
  num_attention_heads: count.optional(),
  num_channels: z.literal(3).default(3),
  image_size: count.optional(),
  patch_size: count.optional(),
  layer_norm_eps: positive.optional(),
});

/**
 * Reads vision_config.
 *
 * @param activation the one that the graph has; a file may leave it out.
 * @throws EspalierError when a value is out of range, another activation is named, or heads or patches do not divide.
 */
export function readFixedTower(
  vision: unknown,
  defaults: FixedTowerDefaults,
  activation: string,
  where: string,
): FixedTowerConfig {
  const activated = schema.extend({ hidden_act: z.literal(activation).default(activation) });
  const v = { ...defaults, ...check(activated, vision, where, "vision_config.") };
  divides(
    v.num_attention_heads,
    v.hidden_size,
    "vision_config.num_attention_heads",
    "vision_config.hidden_size",
    where,
  );
  divides(v.patch_size, v.image_size, "vision_config.patch_size", "vision_config.image_size", where);
  return {
    hiddenSize: v.hidden_size,
    intermediateSize: v.intermediate_size,
    depth: v.num_hidden_layers,
    heads: v.num_attention_heads,
    imageSize: v.image_size,
    patchSize: v.patch_size,
    layerNormEps: v.layer_norm_eps,
  };
}
