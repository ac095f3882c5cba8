/** Widening 16-bit numbers where the native library holds them: TensorFlow.js has no dtype of 16 bits. */
import * as tf from "@tensorflow/tfjs";

/** IEEE half precision, or bfloat16: a float32 without its lower half. */
export type HalfFormat = "F16" | "BF16";

/** TensorFlow's numbers for dtypes. */
const FLOAT = 1;
const HALF: Readonly<Record<HalfFormat, number>> = { F16: 19, BF16: 14 };

interface Handle {
  readonly id: number;
}

/** The parts of tfjs-node's backend that are used here. */
interface NativeBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    executeOp(name: string, attributes: readonly object[], inputs: readonly number[], outputs: number): Handle[];
    deleteTensor(id: number): void;
  };
  getInputTensorIds(tensors: readonly tf.Tensor[]): number[];
  createOutputTensor(handle: Handle): tf.Tensor;
}

/**
 * Widens 16-bit numbers to float32 on the device that holds them, exactly.
 *
 * @param bits [R, C/2] float32 that carries the bits of R·C numbers, two a place, the first in the lower half.
 * @returns [R, C] in the caller's scope; null where the active backend is not the native library's.
 */
export function castHalf(bits: tf.Tensor2D, format: HalfFormat): tf.Tensor2D | null {
  if (tf.getBackend() !== "tensorflow") return null;
  const backend = tf.backend() as unknown as NativeBackend;
  const { binding } = backend;
  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  return tf.tidy(() => {
    const seen = [type("T", FLOAT), type("type", HALF[format])];
    const [half] = binding.executeOp("Bitcast", seen, backend.getInputTensorIds([bits]), 1); // [R, C/2, 2]
    try {
      const [wide] = binding.executeOp("Cast", [type("SrcT", HALF[format]), type("DstT", FLOAT)], [half.id], 1);
      return tf.reshape<tf.Rank.R2>(backend.createOutputTensor(wide), [bits.shape[0], 2 * bits.shape[1]]);
    } finally {
      binding.deleteTensor(half.id);
    }
  });
}
