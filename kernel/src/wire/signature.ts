/**
 * Signatures of messages: an HMAC over header, parent header, metadata and content, and the refusal of repeated ones.
 *
 * Source: the wire protocol of Jupyter's messaging specification.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { KernelError } from "../errors.js";

/** How many signatures are remembered to recognise a repeated one. */
export const DEFAULT_REMEMBERED = 65_536;

/** What a check of a signature found. */
export type Verdict = "genuine" | "forged" | "replayed";

/** Who can check a signature. */
export interface Verifier {
  /**
   * @param signature the frame as it came.
   * @param parts the frames that it covers, as they came.
   */
  verify(signature: Uint8Array, parts: readonly Uint8Array[]): Verdict;
}

/** Who can sign. */
export interface Signer {
  /** The signature's frame: hexadecimal digits in ASCII, or nothing where messages are not signed. */
  sign(parts: readonly Uint8Array[]): Buffer;
}

/**
 * Signs and verifies with one key. All sockets of a kernel share one, so that a message that was sent to one of them cannot be
 * repeated on another.
 *
 * **Differs from ipykernel**: a signature is remembered only when it is genuine, so that garbage cannot push real ones out
 * of the memory; and the oldest is forgotten, not a random tenth.
 */
export class Signatures implements Signer, Verifier {
  readonly #key: string;
  readonly #hash: string;
  readonly #remembered: number;
  /** A Set keeps the order of insertion, so its first is the oldest. */
  readonly #seen = new Set<string>();

  /**
   * @param key the shared secret; empty turns signing and checking off, as the protocol says.
   * @param hash as Node names it; default sha256.
   * @param remembered signatures kept to recognise repetitions; default 65,536, about 10 MB.
   * @throws KernelError for a hash that Node does not know.
   */
  constructor(key: string, hash = "sha256", remembered = DEFAULT_REMEMBERED) {
    this.#key = key;
    this.#hash = hash;
    this.#remembered = remembered;
    try {
      createHmac(hash, key);
    } catch (cause) {
      throw new KernelError(`Messages cannot be signed with ${hash}, which this Node does not know; use sha256.`, {
        cause,
      });
    }
  }

  sign(parts: readonly Uint8Array[]): Buffer {
    if (this.#key === "") return Buffer.alloc(0);
    const hmac = createHmac(this.#hash, this.#key);
    for (const part of parts) hmac.update(part);
    return Buffer.from(hmac.digest("hex"), "latin1");
  }

  verify(signature: Uint8Array, parts: readonly Uint8Array[]): Verdict {
    if (this.#key === "") return "genuine";
    const wanted = this.sign(parts);
    // The length is no secret: it follows from the scheme.
    if (signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) return "forged";
    const digits = wanted.toString("latin1");
    if (this.#seen.has(digits)) return "replayed";
    this.#seen.add(digits);
    if (this.#seen.size > this.#remembered) this.#seen.delete(this.#seen.values().next().value!);
    return "genuine";
  }
}
