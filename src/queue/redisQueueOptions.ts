/** What can be chosen of a queue in a Redis. */
import { EspalierError } from "../errors.js";

/** Where the queue is, whose jobs it has, and how patient it is. */
export interface RedisQueueOptions {
  /** `RedisAddress` says what it may look like. */
  readonly url: string;
  /** Version of the code: only workers of the same one are given the jobs. */
  readonly code: string;
  /** Queues of one Redis that have nothing to do with each other have different names; default "evaluations". */
  readonly name?: string;
  /**
   * Most jobs that are in the Redis at a time; default 1024, at least 1. Twice the number of workers keeps all of them busy; a
   * job takes as much of the Redis' memory as its counts do as text.
   */
  readonly inFlight?: number;
  /** How often a job is tried; default 3. A worker that dies or leaves with a job uses up none. */
  readonly attempts?: number;
  /** Pause before the second try, doubled for each further one; default 1000 ms. */
  readonly backoffMs?: number;
  /** How long results stay in the Redis for whoever asks for the same; default an hour. */
  readonly keepSeconds?: number;
  /** How often everything is looked at, should an event have been lost; default 5000 ms. */
  readonly sweepMs?: number;
  /** Until the Redis must have answered for the first time; default 5000 ms. */
  readonly connectMs?: number;
  /** How long a Redis may be silent before the connection is made again; default 30 s. */
  readonly silenceMs?: number;
  /** How long a Redis may be away before what was submitted fails; default ten minutes. */
  readonly patienceMs?: number;
  /** How long workers of other versions only may be there before what was submitted fails; default 30 s. */
  readonly versionPatienceMs?: number;
  /** Told in one sentence what is noteworthy and no error; default `process.emitWarning`. */
  readonly onNotice?: (sentence: string) => void;
}

/** Options with their defaults. */
export type RedisQueueSettings = Required<Omit<RedisQueueOptions, "url" | "name">>;

/** @throws EspalierError for numbers of jobs that are none. */
export function redisQueueSettings(options: RedisQueueOptions): RedisQueueSettings {
  const settings = {
    code: options.code,
    inFlight: options.inFlight ?? 1024,
    attempts: options.attempts ?? 3,
    backoffMs: options.backoffMs ?? 1000,
    keepSeconds: options.keepSeconds ?? 3600,
    sweepMs: options.sweepMs ?? 5000,
    connectMs: options.connectMs ?? 5000,
    silenceMs: options.silenceMs ?? 30_000,
    patienceMs: options.patienceMs ?? 600_000,
    versionPatienceMs: options.versionPatienceMs ?? 30_000,
    onNotice: options.onNotice ?? ((sentence: string) => process.emitWarning(sentence)),
  };
  for (const key of ["inFlight", "attempts"] as const) {
    if (Number.isSafeInteger(settings[key]) && settings[key] >= 1) continue;
    throw new EspalierError(`The queue's ${key} cannot be ${settings[key]}; give a whole number from 1 on.`);
  }
  return settings;
}
