/** Ways into a Redis. Its client is loaded when one of them is called: a program without a queue does not wait for it. */
import type { RedisEvaluationQueue } from "./redisQueue.js";
import type { RedisQueueOptions } from "./redisQueueOptions.js";
import type { EvaluationWorker } from "./worker.js";
import type { WorkerOptions } from "./workerOptions.js";

/** Opens a queue; `RedisEvaluationQueue.open`. */
export async function openRedisQueue(options: RedisQueueOptions): Promise<RedisEvaluationQueue> {
  const { RedisEvaluationQueue: Queue } = await import("./redisQueue.js");
  return Queue.open(options);
}

/** Starts a worker; `EvaluationWorker.start`. */
export async function startWorker(options: WorkerOptions): Promise<EvaluationWorker> {
  const { EvaluationWorker: Worker } = await import("./worker.js");
  return Worker.start(options);
}
