/** How long something takes until it is on the screen. */

/** Resolves once the frame that follows has been handed to the compositor. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });
}

/** @returns milliseconds of script, and until it was painted; the latter holds the wait for the next frame. */
export async function timeOf(action: () => void): Promise<{ script: number; painted: number }> {
  await painted();
  const begin = performance.now();
  action();
  const script = performance.now() - begin;
  await painted();
  return { script, painted: performance.now() - begin };
}

/** @returns milliseconds that the frame after an action takes, without the wait for it. */
export async function frameAfter(action: () => void): Promise<number> {
  await painted();
  let begin = 0;
  // Runs before what the action asks for, in the same frame.
  requestAnimationFrame(() => {
    begin = performance.now();
  });
  action();
  await painted();
  return performance.now() - begin;
}
