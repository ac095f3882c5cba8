/** Moves a predictor to given schedules before a search begins. */
import * as tf from "@tensorflow/tfjs";
import type { PreparedSample } from "../evaluation/index.js";
import { sharesGradient } from "../schedules/index.js";
import { AdamW, type Pacer, Random } from "../tensor/index.js";
import { type Predictor, promptBatch } from "./predictor.js";

const STEPS = 300;
const BATCH = 16;
const RATE = 5e-3;
/** A table has no shared weights that a large step could upset. */
const TABLE_RATE = 5e-2;

/**
 * Fits the predictor's shares to one schedule a budget, by least squares over the samples; the model is not run.
 *
 * @param targets for each of the predictor's budgets, shares [L].
 * @throws Stopped.
 */
export async function warmStart(
  predictor: Predictor,
  samples: readonly PreparedSample[],
  targets: readonly ArrayLike<number>[],
  pacer: Pacer,
): Promise<void> {
  const { kernel, layers, budgets, conditioning, seed } = predictor.options;
  const random = new Random(seed).fork("warm start");
  const optimizer = new AdamW({ clipNorm: 1, weightDecay: 0 });
  const rate = conditioning === "constant" ? TABLE_RATE : RATE;
  for (let step = 0; step < STEPS; step++) {
    const members = Array.from({ length: BATCH }, () => random.choice(samples));
    const buckets = members.map(() => random.integer(0, budgets.length - 1));
    const prompts = conditioning === "input" ? promptBatch(members) : null;
    const wanted = tf.tensor2d(Float32Array.from(buckets.flatMap((b) => Array.from(targets[b]))), [BATCH, layers]);
    const values = buckets.map((b) => budgets[b]);
    const pass = predictor.pass(prompts, values);
    tf.tidy(() => {
      const miss = tf.sub(kernel.shares(pass.parameters, layers), wanted);
      const gradient = sharesGradient(kernel, pass.parameters, layers, tf.mul(miss, 2) as tf.Tensor2D);
      pass.descend(optimizer, rate * (1 - step / STEPS), gradient);
    });
    pass.dispose();
    tf.dispose([wanted, ...(prompts ? [prompts.rows, prompts.weights] : [])]);
    await pacer.pause();
  }
  optimizer.dispose();
}
