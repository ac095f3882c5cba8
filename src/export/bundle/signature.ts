/** Signatures of bundles: Ed25519 over the manifest's bytes (RFC 8032), which holds the digest of every file. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { digestOf } from "./manifest.js";

const FORMAT = "espalier.signature";

const schema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(1),
  algorithm: z.literal("Ed25519"),
  publicKey: z.string().max(1_000),
  signature: z.string().max(200),
});

/** What is known of a signature that fits its manifest. */
export interface Signer {
  /** SHA-256 of the public key (SPKI, DER). */
  readonly fingerprint: string;
}

function demandEd25519(key: KeyObject, source: string): KeyObject {
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new EspalierError(
    `The key in ${source} is of the kind ${key.asymmetricKeyType}, and bundles are signed with Ed25519; make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
  );
}

/**
 * Reads a private key, for `packBundle` to sign with.
 *
 * @param pem PKCS #8, as `openssl genpkey -algorithm ed25519` writes it. @param source what messages call it.
 * @throws EspalierError for anything but an Ed25519 key without a password.
 *
 * @example
 * import { generateKeyPairSync } from "node:crypto";
 *
 * const { privateKey } = generateKeyPairSync("ed25519");
 * const key = parsePrivateKey(privateKey.export({ type: "pkcs8", format: "pem" }), "the new key");
 * key.asymmetricKeyType; // → "ed25519"
 */
export function parsePrivateKey(pem: string | Buffer, source: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw new EspalierError(
      `${source} holds no private key that can be read (PEM, without a password); make one with: openssl genpkey -algorithm ed25519 -out key.pem`,
      { cause },
    );
  }
  return demandEd25519(key, source);
}

/**
 * Reads a public key, for `verifyBundle` to demand.
 *
 * @param pem SPKI, as `openssl pkey -pubout` writes it. @param source what messages call it.
 * @throws EspalierError for anything but an Ed25519 public key.
 *
 * @example
 * import { generateKeyPairSync } from "node:crypto";
 *
 * const { publicKey } = generateKeyPairSync("ed25519");
 * const key = parsePublicKey(publicKey.export({ type: "spki", format: "pem" }), "the authors' key");
 * key.type; // → "public"
 */
export function parsePublicKey(pem: string | Buffer, source: string): KeyObject {
  const wanted = `${source} holds no public key in PEM; make it from the private one with: openssl pkey -in key.pem -pubout -out public.pem`;
  if (pem.includes("PRIVATE KEY")) throw new EspalierError(wanted);
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new EspalierError(wanted, { cause });
  }
  return demandEd25519(key, source);
}

/**
 * SHA-256 of a public key (SPKI, DER): what a paper can print, and `Verification.signedBy` says.
 *
 * @example
 * import { generateKeyPairSync } from "node:crypto";
 *
 * fingerprintOf(generateKeyPairSync("ed25519").publicKey).length; // → 71
 */
export function fingerprintOf(key: KeyObject): string {
  return `sha256:${digestOf(key.export({ type: "spki", format: "der" }))}`;
}

/** The file `signature.json` for a manifest. */
export function signManifest(manifest: Uint8Array, privateKey: KeyObject): Buffer {
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
  const signature = sign(null, manifest, privateKey).toString("base64");
  const content = { format: FORMAT, version: 1, algorithm: "Ed25519", publicKey, signature };
  return Buffer.from(`${JSON.stringify(content, null, 1)}\n`);
}

/**
 * Checks a signature.
 *
 * @param wanted the key that it must be by; default the one that stands in it.
 * @returns who signed, or what is wrong in words.
 */
export function checkSignature(manifest: Uint8Array, file: Uint8Array, wanted?: KeyObject): Signer | string {
  let content: z.infer<typeof schema>;
  let key: KeyObject;
  try {
    content = schema.parse(JSON.parse(Buffer.from(file).toString("utf8")));
    key = parsePublicKey(content.publicKey, "the signature");
  } catch {
    return "the signature is not one that espalier bundle writes";
  }
  const fingerprint = fingerprintOf(key);
  if (wanted !== undefined && fingerprint !== fingerprintOf(wanted)) {
    return `it is signed by the key ${fingerprint}, not by the one that was given, ${fingerprintOf(wanted)}`;
  }
  if (!verify(null, manifest, key, Buffer.from(content.signature, "base64"))) {
    return "the signature does not fit the manifest: it was changed after it was signed";
  }
  return { fingerprint };
}
