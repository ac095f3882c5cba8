/** What things are called in Redis. */
import { EspalierError } from "../errors.js";
import type { RedisAddress } from "./address.js";
import { CODE_VERSION } from "./job.js";

/** The name of a queue where none is given. */
export const DEFAULT_QUEUE = "evaluations";

const QUEUE = /^[\w.-]{1,64}$/;

/** Why a job failed that was withdrawn while it ran; whoever wants it all the same submits it again. */
export const WITHDRAWN = "espalier: withdrawn";

export interface QueueNames {
  readonly prefix: string;
  /** Of BullMQ's queue. Versions of code have queues of their own, so that no job comes to a worker of another version. */
  readonly queue: string;
  /** Key of who is there, over all versions. */
  readonly visitors: string;
  /** Channel on which workers are told what is withdrawn. */
  readonly withdrawals: string;
  /** Key of the submitters who want a job. */
  wanted(id: string): string;
}

/** @throws EspalierError for a name, or a version of code, of which no keys can be made. */
export function queueNames({ prefix }: RedisAddress, name: string, code: string): QueueNames {
  if (!QUEUE.test(name)) {
    throw new EspalierError(
      `A queue cannot be called ${JSON.stringify(name)}; use up to 64 letters, digits, dots, dashes and underscores.`,
    );
  }
  if (!CODE_VERSION.test(code)) {
    throw new EspalierError(
      `The version of the code cannot be ${JSON.stringify(code)}; use up to 64 letters, digits, dots, dashes, underscores and plus signs.`,
    );
  }
  const queue = `${name}@${code}`;
  return {
    prefix,
    queue,
    visitors: `${prefix}:${name}:visitors`,
    withdrawals: `${prefix}:${queue}:withdrawals`,
    wanted: (id) => `${prefix}:${queue}:wanted:${id}`,
  };
}
