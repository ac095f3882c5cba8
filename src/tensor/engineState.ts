/** The tensor engine's open scopes, for who must go on after a computation was cut off without its `finally` blocks. */
import * as tf from "@tensorflow/tfjs";

/** The parts of the engine's state that a computation raises and lowers again. */
interface EngineDepths {
  readonly scopeStack: readonly unknown[];
  gradientDepth: number;
  kernelDepth: number;
  activeTape: unknown;
}

function depthsOf(): EngineDepths {
  return (tf.engine() as unknown as { readonly state: EngineDepths }).state;
}

/**
 * Remembers how deep the engine is inside of scopes, gradients and kernels.
 *
 * @returns brings it back there: scopes opened since are ended, which disposes their tensors; a gradient's tape begun since is
 *   dropped. Does nothing where everything was left as it was.
 */
export function markEngine(): () => void {
  const { scopeStack, gradientDepth, kernelDepth, activeTape } = depthsOf();
  const scopes = scopeStack.length;
  return () => {
    const now = depthsOf();
    now.gradientDepth = gradientDepth;
    now.kernelDepth = kernelDepth;
    now.activeTape = activeTape;
    while (now.scopeStack.length > scopes) tf.engine().endScope();
  };
}
