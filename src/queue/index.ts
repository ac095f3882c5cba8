/** Evaluations as jobs: in this process, or in a Redis for workers on other machines, with the same results. */
export { RedisAddress } from "./address.js";
export { canonicalJson, type Json } from "./canonicalJson.js";
export {
  type EvaluationHandler,
  type EvaluationQueue,
  type HandlerContext,
  JobRefused,
  PRIORITIES,
  type Priority,
  type SubmitOptions,
} from "./evaluationQueue.js";
export {
  contentId,
  type EvaluationJob,
  type EvaluationJobFields,
  evaluationJob,
  parseJob,
  WIRE_VERSION,
} from "./job.js";
export { leaveOnSignals } from "./leaveOnSignals.js";
export { LocalEvaluationQueue } from "./localQueue.js";
export { openRedisQueue, startWorker } from "./open.js";
export type { RedisEvaluationQueue } from "./redisQueue.js";
export type { RedisQueueOptions } from "./redisQueueOptions.js";
export { decodeResult, type EvaluationResult, encodeResult, type WireResult } from "./result.js";
export type { EvaluationWorker } from "./worker.js";
export type { WorkedJob, WorkerOptions } from "./workerOptions.js";
