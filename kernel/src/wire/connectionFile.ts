/** The connection file: the JSON by which whoever starts a kernel tells it where to listen and with which key to sign. */
import { getHashes } from "node:crypto";
import fs from "node:fs";
import { isIPv4, isIPv6 } from "node:net";
import { z } from "zod";
import { KernelError } from "../errors.js";

/** The five sockets of a kernel, by the protocol's names. */
export const SOCKET_NAMES = ["shell", "control", "iopub", "stdin", "heartbeat"] as const;
export type SocketName = (typeof SOCKET_NAMES)[number];

/** The limit of a Unix socket's path, in bytes, that every supported system allows. */
const MAX_IPC_PATH_BYTES = 103;

const PORT_FIELDS: Readonly<Record<SocketName, string>> = {
  shell: "shell_port",
  control: "control_port",
  iopub: "iopub_port",
  stdin: "stdin_port",
  heartbeat: "hb_port",
};

const port = z.int().min(1).max(65535);
const schema = z.object({
  transport: z.enum(["tcp", "ipc"]).default("tcp"),
  ip: z.string().default("127.0.0.1"),
  shell_port: port,
  control_port: port,
  iopub_port: port,
  stdin_port: port,
  hb_port: port,
  key: z.string().default(""),
  signature_scheme: z.string().default("hmac-sha256"),
});

export interface Connection {
  readonly transport: "tcp" | "ipc";
  /** Where each socket listens, as ZeroMQ writes it: `tcp://127.0.0.1:5555`, `ipc:///run/kernel-ipc-1`. */
  readonly endpoints: Readonly<Record<SocketName, string>>;
  /** The shared secret; empty: messages are not signed. */
  readonly key: string;
  /** The hash of the HMAC as Node names it; for the scheme `hmac-sha256` it is `sha256`. */
  readonly hash: string;
}

export interface ConnectionOptions {
  /** Allow an address that other machines can reach. Default false: whoever can talk to a kernel can run any code. */
  readonly allowRemote?: boolean;
}

/**
 * Reads and checks a connection file. Fields that the kernel does not know are passed over.
 *
 * @throws KernelError when the file cannot be read, or says something that the kernel cannot or must not do.
 */
export function readConnectionFile(file: string, options: ConnectionOptions = {}): Connection {
  let text: string;
  try {
    text = fs.readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new KernelError(
      `The connection file ${file} cannot be read (${code}); Jupyter writes it and passes its path, so start the kernel from Jupyter.`,
      { cause },
    );
  }
  return parseConnection(text, `The connection file ${file}`, options);
}

/**
 * Checks the text of a connection file.
 *
 * @param what begins the sentences of errors.
 * @throws KernelError as `readConnectionFile`.
 */
export function parseConnection(text: string, what: string, options: ConnectionOptions = {}): Connection {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new KernelError(`${what} is not valid JSON; start the kernel again so that Jupyter writes it anew.`, {
      cause,
    });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") || "the whole";
    throw new KernelError(`${what} is not usable: ${field}: ${issue?.message}. Start the kernel again from Jupyter.`);
  }
  const { transport, key, signature_scheme: scheme } = parsed.data;
  const ports = SOCKET_NAMES.map((name) => parsed.data[PORT_FIELDS[name] as "shell_port"]);
  if (new Set(ports).size < ports.length)
    throw new KernelError(
      `${what} gives two sockets the same port (${ports.join(", ")}); five different ones are wanted.`,
    );
  const address = transport === "tcp" ? tcpAddress(parsed.data.ip, what, options) : ipcPath(parsed.data.ip, what);
  const separator = transport === "tcp" ? ":" : "-";
  const endpoints = Object.fromEntries(
    SOCKET_NAMES.map((name, i) => [name, `${transport}://${address}${separator}${ports[i]}`]),
  ) as Record<SocketName, string>;
  return { transport, endpoints, key, hash: hashOf(scheme, what) };
}

/** Whether only this machine reaches the address. */
function isLoopback(ip: string): boolean {
  return (isIPv4(ip) && ip.startsWith("127.")) || ip === "::1";
}

function tcpAddress(ip: string, what: string, { allowRemote = false }: ConnectionOptions): string {
  // ZeroMQ binds to addresses, not to names.
  const address = ip === "localhost" ? "127.0.0.1" : ip.replace(/^\[(.*)\]$/, "$1");
  if (!isIPv4(address) && !isIPv6(address) && !(address === "*" && allowRemote))
    throw new KernelError(`${what} has the ip ${JSON.stringify(ip)}; an IPv4 or IPv6 address or localhost is wanted.`);
  if (!isLoopback(address) && !allowRemote) {
    throw new KernelError(
      `${what} has the ip ${ip}, which other machines can reach; the kernel listens on loopback addresses only. ` +
        "Use 127.0.0.1, or allow remote addresses if the network is trusted.",
    );
  }
  return isIPv6(address) ? `[${address}]` : address;
}

function ipcPath(path: string, what: string): string {
  const bytes = Buffer.byteLength(`${path}-65535`);
  if (path === "" || path.includes("\0") || bytes > MAX_IPC_PATH_BYTES) {
    throw new KernelError(
      `${what} has the ipc path ${JSON.stringify(path)}; a path whose sockets' names take 1 to ${MAX_IPC_PATH_BYTES} bytes is wanted, ` +
        "so use a shorter runtime folder (JUPYTER_RUNTIME_DIR) or the transport tcp.",
    );
  }
  return path;
}

function hashOf(scheme: string, what: string): string {
  const hash = scheme.startsWith("hmac-") ? scheme.slice("hmac-".length) : "";
  // Python names sha3_256 what Node names sha3-256.
  const name = [hash, hash.replace("_", "-")].find((candidate) => getHashes().includes(candidate));
  if (name === undefined) {
    throw new KernelError(
      `${what} has the signature_scheme ${JSON.stringify(scheme)}, which this Node does not know; use hmac-sha256.`,
    );
  }
  return name;
}
