/** Where a Redis is, and the password that opens it, which no text of ours ever shows. */
import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { inspect } from "node:util";
import type { RedisOptions } from "ioredis";
import { EspalierError } from "../errors.js";

const FORM = "redis://host:port/database, or rediss://user:password@host:port/database for TLS";
const DEFAULT_PORT = 6379;
const DEFAULT_PREFIX = "espalier";
const PREFIX = /^[\w.-]{1,64}$/;

/** Nothing of an address that is not understood is repeated: any part of it may be a password that was not escaped. */
function unreadable(why: string): EspalierError {
  return new EspalierError(
    `The address of the queue ${why}; write ${FORM}, with %23 for #, %2F for /, %3A for :, %3F for ? and %40 for @ in a password.`,
  );
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw unreadable("has a % that begins no escape");
  }
}

function certificates(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code = "unknown error" } = error as NodeJS.ErrnoException;
    throw new EspalierError(
      `The file of certificates ${file} cannot be read (${code}); give the path of a PEM file as ?ca=FILE in the queue's address.`,
    );
  }
}

/**
 * The address of a Redis: `redis://` or `rediss://` (TLS), then user and password, host, port (6379), database (0), and, as
 * parameters, `prefix` (what the names of all keys begin with; "espalier") and `ca` (a PEM file with the certificate that the server's must be
 * signed by; those of Node.js).
 */
export class RedisAddress {
  /** The address without user, password and parameters, for people to read. */
  readonly text: string;
  readonly prefix: string;
  readonly #options: RedisOptions;
  readonly #secrets: readonly string[];

  private constructor(text: string, prefix: string, options: RedisOptions, secrets: readonly string[]) {
    this.text = text;
    this.prefix = prefix;
    this.#options = options;
    this.#secrets = secrets;
  }

  /** @throws EspalierError, which repeats nothing of the address. */
  static parse(address: string): RedisAddress {
    let url: URL;
    try {
      url = new URL(address);
    } catch {
      throw unreadable("cannot be read");
    }
    const tls = url.protocol === "rediss:";
    if (!tls && url.protocol !== "redis:") throw unreadable("does not begin with redis:// or rediss://");
    if (url.hostname === "") throw unreadable("names no host");
    // What follows an unescaped / or ? of a password holds the @ that was meant to end it.
    if (url.hash !== "" || /@/.test(url.pathname + url.search)) throw unreadable("is not one that can be read");
    if (!/^\/?\d{0,5}$/.test(url.pathname))
      throw unreadable("has something other than the number of a database as its path");
    const { prefix = DEFAULT_PREFIX, ca, ...others } = Object.fromEntries(url.searchParams);
    if (Object.keys(others).length > 0) throw unreadable("has parameters other than prefix and ca");
    if (!PREFIX.test(prefix))
      throw unreadable("has a prefix that is not made of letters, digits, dots, dashes and underscores");
    if (ca !== undefined && !tls) throw unreadable("has certificates and no TLS");
    const host = decoded(url.hostname).replace(/^\[(.*)\]$/, "$1");
    const port = url.port === "" ? DEFAULT_PORT : Number(url.port);
    const db = Number(url.pathname.slice(1));
    const password = decoded(url.password);
    const username = decoded(url.username);
    // A certificate is looked up by name; addresses have none (RFC 6066, section 3).
    const servername = isIP(host) ? {} : { servername: host };
    const options: RedisOptions = {
      host,
      port,
      db,
      ...(password === "" ? {} : { password }),
      ...(username === "" ? {} : { username }),
      ...(tls ? { tls: { ...servername, ...(ca === undefined ? {} : { ca: certificates(ca) }) } } : {}),
    };
    const text = `${url.protocol}//${url.hostname}:${port}/${db}`;
    return new RedisAddress(text, prefix, options, [password, url.password, encodeURIComponent(password)]);
  }

  /** How to connect; holds the password. */
  get options(): RedisOptions {
    return this.#options;
  }

  get tls(): boolean {
    return this.#options.tls !== undefined;
  }

  get hasPassword(): boolean {
    return this.#options.password !== undefined;
  }

  /** A text from elsewhere, with dots in place of the password. */
  redact(text: string): string {
    const quoted = this.#secrets.map((secret) => JSON.stringify(secret).slice(1, -1));
    const secrets = [...new Set([...this.#secrets, ...quoted])].filter((secret) => secret !== "");
    secrets.sort((a, b) => b.length - a.length);
    return secrets.reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }

  [inspect.custom](): string {
    return `RedisAddress(${this.text})`;
  }
}
