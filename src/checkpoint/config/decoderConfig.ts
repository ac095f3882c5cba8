/** What the language models of all architectures share. */
import { EspalierError } from "../../errors.js";
import { divides } from "./check.js";

/** Sizes of the language model. */
export interface DecoderConfig {
  readonly vocabSize: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  /** Query heads; a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  /** Values of one head, even; `heads · headDim` need not be `hiddenSize`. */
  readonly headDim: number;
  readonly rmsNormEps: number;
  /** Whether the head is the transposed token embedding. */
  readonly tiedHead: boolean;
  /** Per layer: how many positions back a token sees, or null for all. */
  readonly attentionWindows: readonly (number | null)[];
  readonly maxPositions: number;
}

/** The fields of text_config that name these sizes, defaults filled in. */
interface DecoderFields {
  readonly vocab_size: number;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly rms_norm_eps: number;
  readonly max_position_embeddings: number;
}

/**
 * The sizes that need no knowledge of the architecture.
 *
 * @throws EspalierError when the heads do not divide, or a head cannot be rotated in pairs.
 */
export function decoderSizes(
  text: DecoderFields,
  kvHeads: number,
  headDim: number,
  where: string,
): Omit<DecoderConfig, "tiedHead" | "attentionWindows"> {
  divides(kvHeads, text.num_attention_heads, "num_key_value_heads", "num_attention_heads", where);
  if (headDim % 2 !== 0) {
    throw new EspalierError(
      `${where}: a head has ${headDim} values; rotary positions turn pairs, an even number is wanted.`,
    );
  }
  return {
    vocabSize: text.vocab_size,
    hiddenSize: text.hidden_size,
    intermediateSize: text.intermediate_size,
    layers: text.num_hidden_layers,
    heads: text.num_attention_heads,
    kvHeads,
    headDim,
    rmsNormEps: text.rms_norm_eps,
    maxPositions: text.max_position_embeddings,
  };
}

export type LayerType = "full_attention" | "sliding_attention";

/**
 * The attention window of every layer.
 *
 * @param types one per layer.
 * @param window positions that a sliding layer sees back; null when the file has none.
 * @param remedy what the reader of the error is to do about a sliding layer without a window.
 * @throws EspalierError when there are more or fewer types than layers, or a sliding layer has no window.
 */
export function windowsOf(
  types: readonly LayerType[],
  layers: number,
  window: number | null,
  remedy: string,
  where: string,
): (number | null)[] {
  if (types.length !== layers) {
    throw new EspalierError(`${where}: layer_types has ${types.length} entries, num_hidden_layers is ${layers}.`);
  }
  return types.map((type, i) => {
    if (type === "full_attention") return null;
    if (window === null) throw new EspalierError(`${where}: layer_types makes layer ${i} sliding, but ${remedy}.`);
    return window;
  });
}
