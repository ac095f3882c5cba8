/** Who is at a queue: workers and studies write themselves into a list, and are taken out of it when they stop renewing that. */
import { hostname } from "node:os";
import type { Redis } from "ioredis";

/** How often a presence is renewed. */
export const RENEW_MS = 10_000;
/** When one that is not renewed ends. */
const LAST_MS = 3 * RENEW_MS;

export interface Visitor {
  readonly kind: "worker" | "study";
  /** Version of its code. */
  readonly code: string;
  /** Machine, process, and a number that tells those of one process apart. */
  readonly name: string;
}

let visitors = 0;

/** A visitor of this process. */
export function visitor(kind: Visitor["kind"], code: string): Visitor {
  visitors++;
  return { kind, code, name: `${hostname()}:${process.pid}:${visitors}` };
}

/** Renews the member ARGV[1], or takes it out when ARGV[2] is 0; answers all that are there. The clock is the Redis'. */
const RENEW = `
local time = redis.call("TIME")
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if tonumber(ARGV[2]) > 0 then
  redis.call("ZADD", KEYS[1], now + ARGV[2], ARGV[1])
else
  redis.call("ZREM", KEYS[1], ARGV[1])
end
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", now)
redis.call("PEXPIRE", KEYS[1], ${LAST_MS})
return redis.call("ZRANGE", KEYS[1], 0, -1)`;

async function evaluate(client: Redis, key: string, self: Visitor, lastMs: number): Promise<Visitor[]> {
  const { kind, code, name } = self;
  const members = (await client.eval(RENEW, 1, key, JSON.stringify([kind, code, name]), lastMs)) as string[];
  return members.map((member) => {
    const [kind, code, name] = JSON.parse(member) as [Visitor["kind"], string, string];
    return { kind, code, name };
  });
}

/** Renews a presence. @returns all who are there, the one that asks too. */
export function renewPresence(client: Redis, key: string, self: Visitor): Promise<Visitor[]> {
  return evaluate(client, key, self, LAST_MS);
}

/** Ends a presence. */
export async function endPresence(client: Redis, key: string, self: Visitor): Promise<void> {
  await evaluate(client, key, self, 0);
}
