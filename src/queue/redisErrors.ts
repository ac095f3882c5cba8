/** What goes wrong between us and a Redis, in sentences. The errors of its client are not passed on: they hold the commands sent, passwords too. */
import { EspalierError } from "../errors.js";
import type { RedisAddress } from "./address.js";

interface Failure {
  readonly message: string;
  readonly code?: string;
}

/** First that fits. `code` and message of the client's error are looked at together. */
const KNOWN: readonly (readonly [RegExp, (address: RedisAddress) => string])[] = [
  [
    /WRONGPASS|invalid password|invalid username-password/i,
    ({ text }) =>
      `The Redis at ${text} refuses the user or the password; put the right ones into the address, as redis://user:password@host:port.`,
  ],
  [
    /NOAUTH|without any password configured/i,
    ({ text, hasPassword }) =>
      hasPassword
        ? `The Redis at ${text} has no password and one was given; take it out of the address.`
        : `The Redis at ${text} asks for a password; put it into the address, as redis://user:password@host:port.`,
  ],
  [
    /NOPERM|ACL failure|user executing the script can't/,
    ({ text }) =>
      `The user of the Redis at ${text} may not do what a queue needs; let it run +@all -@admin +client on the keys of the queue's prefix and on all channels.`,
  ],
  [
    /DB index is out of range|invalid DB index/i,
    ({ text }) => `The Redis at ${text} has no database of that number; choose another, such as 0.`,
  ],
  [
    /^OOM|OOM command not allowed/,
    ({ text }) => `The memory of the Redis at ${text} is full; raise its maxmemory, or let fewer jobs wait at a time.`,
  ],
  [
    /MISCONF/,
    ({ text }) => `The Redis at ${text} cannot write to its disk and takes no jobs; look into its log and mend that.`,
  ],
  [
    /READONLY/,
    ({ text }) => `The Redis at ${text} is a replica, which takes no jobs; give the address of its primary.`,
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|CERT_|ERR_TLS_CERT|certificate/i,
    ({ text }) =>
      `The certificate of the Redis at ${text} is not one that can be trusted for that name; give the one that signed it as ?ca=FILE, and the name that it was made for.`,
  ],
  [
    /EPROTO|wrong version number|ERR_SSL|packet length/i,
    ({ text }) => `What listens at ${text} does not speak TLS; write redis:// for a connection without it.`,
  ],
  [/Protocol error, got/, ({ text }) => `What listens at ${text} is not a Redis; check host and port.`],
  [/ENOTFOUND|EAI_AGAIN/, ({ text }) => `The host of ${text} is not known; check its name.`],
];

/** Whether an error tells only of a connection that is lost, of which the client itself tells. */
export function isOutage({ message }: Error): boolean {
  return /Connection is closed|ECONN|EPIPE|ETIMEDOUT/i.test(message);
}

/** The sentence of a failure. */
export function redisError(address: RedisAddress, failure: Failure): EspalierError {
  const told = `${failure.code ?? ""} ${failure.message}`.trim();
  const known = KNOWN.find(([pattern]) => pattern.test(told));
  if (known !== undefined) return new EspalierError(known[1](address));
  const message = address.redact(failure.message).replace(/\.$/, "");
  if (failure.code === undefined && !/closed|no answer|timed? ?out/i.test(message)) {
    return new EspalierError(`The Redis at ${address.text} reports a trouble: ${message}. Look into its log.`);
  }
  const way = address.tls ? "start one that speaks TLS there" : "start one there";
  return new EspalierError(
    `No Redis answers at ${address.text} (${failure.code ?? message}); ${way}, or give another address.`,
  );
}
