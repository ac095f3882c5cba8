/** Ways into a Redis. Its client is loaded when one of them is called: a program without a queue does not wait for it. */
import type { RedisEvaluationQueue } from "./redisQueue.js";
import type { RedisQueueOptions } from "./redisQueueOptions.js";
import type { EvaluationWorker } from "./worker.js";
import type { WorkerOptions } from "./workerOptions.js";

/**
 * Opens a queue; `RedisEvaluationQueue.open`.
 *
 * @example
 * const queue = await openRedisQueue({ url: "redis://queue.lab:6379", code: "0.1.0" });
 * const study = await createStudy({ model: EMBEDDED_DIRECTORY, data, queue });
 * await queue.close();
 */
export async function openRedisQueue(options: RedisQueueOptions): Promise<RedisEvaluationQueue> {
  const { RedisEvaluationQueue: Queue } = await import("./redisQueue.js");
  return Queue.open(options);
}

/**
 * Starts a worker; `EvaluationWorker.start`.
 *
 * @example
 * const worker = await startWorker({ url: "redis://queue.lab:6379", code: "0.1.0", handler });
 * process.once("SIGTERM", () => worker.leave());
 */
export async function startWorker(options: WorkerOptions): Promise<EvaluationWorker> {
  const { EvaluationWorker: Worker } = await import("./worker.js");
  return Worker.start(options);
}
