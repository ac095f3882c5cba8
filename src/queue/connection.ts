/** Connections to a Redis that is fit for the queue. */
import { setTimeout as pause } from "node:timers/promises";
import { Redis } from "ioredis";
import { EspalierError } from "../errors.js";
import type { RedisAddress } from "./address.js";
import { redisError } from "./redisErrors.js";

/** What BullMQ recommends, and its documentation asks for. */
export const OLDEST_REDIS = "6.2.0";

/** Longest pause between two attempts to connect again. */
const LONGEST_PAUSE_MS = 5000;

/** Between two looks at a Redis that is reading its data. */
const LOADING_PAUSE_MS = 100;

/** Fields of an INFO answer. */
function fieldsOf(info: string): Map<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(":"));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

/** Whether a version is at least another; parts that are no numbers count as 0. */
function isAtLeast(version: string, oldest: string): boolean {
  const [a, b] = [version, oldest].map((text) => text.split(".").map((part) => Number.parseInt(part, 10) || 0));
  const different = b.findIndex((part, i) => (a[i] ?? 0) !== part);
  return different < 0 || (a[different] ?? 0) > b[different];
}

/** What a Redis says of itself, as far as the queue cares. */
export interface RedisFacts {
  readonly version: string;
  /** Whether keys may vanish when memory is full. */
  readonly evicts: boolean;
}

function demandFit(address: RedisAddress, fields: ReadonlyMap<string, string>): string {
  const version = fields.get("redis_version") ?? "of an unknown version";
  if (!isAtLeast(version, OLDEST_REDIS)) {
    throw new EspalierError(
      `The Redis at ${address.text} is ${version} and the queue needs ${OLDEST_REDIS} or later; update it, or give the address of another.`,
    );
  }
  if (fields.get("redis_mode") === "cluster") {
    throw new EspalierError(
      `The Redis at ${address.text} is a cluster, over which the queue is not spread; give the address of a single Redis.`,
    );
  }
  if (fields.get("role") === "slave") throw redisError(address, { message: "READONLY" });
  return version;
}

/**
 * Connects once, looks whether the Redis is fit for a queue, and leaves.
 *
 * @param limitMs until it must have answered.
 * @param warn told in one sentence what may go wrong later.
 * @throws EspalierError when nothing answers in time, or something that is not fit: no Redis, an old one, another password.
 */
export async function probeRedis(
  address: RedisAddress,
  limitMs: number,
  warn: (sentence: string) => void,
): Promise<RedisFacts> {
  const client = new Redis({
    ...address.options,
    lazyConnect: true,
    // Asked for below.
    enableReadyCheck: false,
    connectTimeout: limitMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let timer: NodeJS.Timeout | undefined;
  const failed = new Promise<never>((_, reject) => {
    // Where nothing follows from an error of the client, such as a database that is not there, one does not go on either.
    client.on("error", reject);
    timer = setTimeout(() => reject(new Error(`no answer in ${limitMs / 1000} s`)), limitMs);
  });
  failed.catch(() => {});
  // An error event comes before the rejection, which says less.
  const inTime = <T>(work: Promise<T>) => {
    work.catch(() => {});
    return Promise.race([failed, work]);
  };
  try {
    await inTime(client.connect());
    let info = await inTime(client.info());
    while (/^loading:1/m.test(info)) {
      await inTime(pause(LOADING_PAUSE_MS));
      info = await inTime(client.info());
    }
    await inTime(client.ping());
    const fields = fieldsOf(info);
    const version = demandFit(address, fields);
    const policy = fields.get("maxmemory_policy") ?? "noeviction";
    const evicts = policy !== "noeviction";
    if (evicts) {
      warn(
        `The Redis at ${address.text} has the maxmemory-policy ${policy} and may drop jobs when its memory is full, which are then run again; set it to noeviction.`,
      );
    }
    return { version, evicts };
  } catch (error) {
    if (error instanceof EspalierError) throw error;
    throw redisError(address, error as Error);
  } finally {
    clearTimeout(timer);
    client.disconnect();
  }
}

export interface Outages {
  /** The connection is lost. */
  onLost(error: EspalierError): void;
  /** It is there again. */
  onBack(): void;
  /**
   * Whether the connection is wanted no longer. BullMQ makes clients of its own like this one, which would go on looking for a
   * Redis that is away for as long as the process lives.
   */
  isOver(): boolean;
}

/**
 * A client for long: commands wait while the Redis is away, and are sent when it is back. The caller disconnects it.
 */
export function redisClient(address: RedisAddress, { onLost, onBack, isOver }: Outages): Redis {
  const client = new Redis({
    ...address.options,
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => (isOver() ? null : Math.min(50 * 2 ** Math.min(attempt, 10), LONGEST_PAUSE_MS)),
  });
  let last: Error | undefined;
  let away = false;
  client.on("error", (error) => {
    last = error;
  });
  client.on("reconnecting", () => {
    if (away) return;
    away = true;
    onLost(redisError(address, last ?? new Error("the connection was closed")));
  });
  client.on("ready", () => {
    last = undefined;
    if (away) onBack();
    away = false;
  });
  return client;
}

/**
 * Waits for an answer; a connection on which none comes in time is made again, and asks again. Of one that was cut without a word,
 * nothing else would tell for many minutes.
 */
export async function answerWithin<T>(client: Redis, answer: Promise<T>, silenceMs: number): Promise<T> {
  const timer = setTimeout(() => {
    if (client.status === "ready") client.disconnect(true);
  }, silenceMs);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
  }
}
