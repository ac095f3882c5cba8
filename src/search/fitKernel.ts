/** Parameters of a kernel function whose schedules come close to given ones: where a search begins (METHOD §5). */
import * as tf from "@tensorflow/tfjs";
import { type KernelFunction, sharesGradient } from "../schedules/index.js";
import { AdamW, type Pacer, Random } from "../tensor/index.js";

const STEPS = 400;
const RATE = 0.1;
/** Starts of every fit: the kernel's own, and others around it. Cuts that lie wrong do not find their way. */
const STARTS = 8;
const SPREAD = 1.5;

/**
 * Least squares from several starts, all at once; no model is run.
 *
 * @param targets schedules, shares [L] each.
 * @param seed of the starts.
 * @returns for each target the parameters [P] of its best fit.
 * @throws Stopped.
 */
export async function fitKernel(
  kernel: KernelFunction,
  targets: readonly ArrayLike<number>[],
  seed: number,
  pacer: Pacer,
): Promise<Float32Array[]> {
  const layers = targets[0].length;
  const width = kernel.parameterCount(layers);
  const own = kernel.initial(layers);
  const random = new Random(seed).fork("kernel fit");
  const starts = targets.flatMap(() =>
    Array.from({ length: STARTS }, (_, k) =>
      Array.from(own, (value) => value + (k > 0 ? SPREAD * random.normal() : 0)),
    ),
  );
  const rows = targets.flatMap((target) => Array.from({ length: STARTS }, () => Array.from(target)));
  const optimizer = new AdamW({ weightDecay: 0 });
  const theta = tf.tidy(() => tf.variable(tf.tensor2d(starts, [starts.length, width])));
  const wanted = tf.tensor2d(rows, [rows.length, layers]);
  const miss = () => tf.sub(kernel.shares(theta, layers), wanted) as tf.Tensor2D;
  try {
    for (let step = 0; step < STEPS; step++) {
      tf.tidy(() => {
        const gradient = sharesGradient(kernel, theta, layers, miss());
        optimizer.apply(new Map([["theta", theta]]), new Map([["theta", gradient]]), RATE * (1 - step / STEPS));
      });
      await pacer.pause();
    }
    const errors = tf.tidy(() => tf.sum(tf.square(miss()), 1).dataSync());
    const values = theta.dataSync<"float32">();
    return targets.map((_, t) => {
      let best = t * STARTS;
      for (let row = best; row < (t + 1) * STARTS; row++) if (errors[row] < errors[best]) best = row;
      return values.slice(best * width, (best + 1) * width);
    });
  } finally {
    optimizer.dispose();
    tf.dispose([theta, wanted]);
  }
}
