/**
 * A process whose descriptors are captured and read in another thread. It plays the part that its argument names and tells
 * its parent what was read.
 */
import { type SpawnSyncOptions, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type CapturedDescriptors, captureDescriptors, DescriptorReader } from "../../../kernel/src/streams/index.js";

interface ReaderData {
  readonly captured: CapturedDescriptors;
  /** How long, in ms, there is no room after each text; null: for good. */
  readonly pauseMs: number | null;
}

export interface Read {
  stdout: string;
  stderr: string;
}

const INHERIT: SpawnSyncOptions = { stdio: "inherit" };
const BIG = 10_000_000;

/** Asks the reading thread for everything that was printed before. */
type Drain = () => Promise<Read>;

const PARTS: Readonly<Record<string, (drain: Drain, captured: CapturedDescriptors) => Promise<unknown>>> = {
  async children(drain) {
    fs.writeSync(1, "direct ");
    spawnSync("echo", ["hi"], INHERIT);
    spawnSync("sh", ["-c", "echo error >&2"], INHERIT);
    return drain();
  },
  async grandchild(drain) {
    spawnSync("sh", ["-c", "(sleep 0.2; echo late) & echo early"], INHERIT);
    const first = await drain();
    let all = first;
    while (!all.stdout.includes("late")) all = await drain();
    return [first.stdout, all.stdout];
  },
  async characters(drain) {
    const afterEach: string[] = [];
    for (const byte of Buffer.from("ä€𝛼")) {
      fs.writeSync(1, Buffer.from([byte]));
      afterEach.push((await drain()).stdout);
    }
    fs.writeSync(2, Buffer.from([0x61, 0xff, 0x62]));
    return [afterEach, (await drain()).stderr];
  },
  async big(drain) {
    const line = `${"x".repeat(99)}\n`;
    // This thread is blocked in a system call for as long as its pipe is full.
    for (let bytes = 0; bytes < BIG; bytes += 100) fs.writeSync(1, line);
    spawnSync(process.execPath, ["-e", `process.stderr.write("y".repeat(${BIG}))`], INHERIT);
    const { stdout, stderr } = await drain();
    return [stdout === line.repeat(BIG / 100), stderr === "y".repeat(BIG)];
  },
  async closed(drain) {
    fs.writeSync(1, "before");
    fs.closeSync(1);
    const file = join(tmpdir(), "opened-next");
    const lowest = fs.openSync(file, "w");
    await drain();
    await new Promise((resolve) => setTimeout(resolve, 50));
    fs.writeSync(2, "after");
    const read = await drain();
    const content = fs.readFileSync(file, "utf8");
    fs.rmSync(file);
    return [read, lowest, content];
  },
  async originals(_drain, { originals }) {
    fs.writeSync(originals.stdout!, "last word, ");
    fs.writeSync(originals.stderr!, "last error");
    return fs.readdirSync(tmpdir());
  },
  /** A child prints more than a pipe holds, to a reader that has little room. */
  async slow(drain) {
    const child = spawn("sh", ["-c", "yes | head -c 300000"], { stdio: ["ignore", "inherit", "inherit"] });
    await once(child, "exit");
    return (await drain()).stdout.length;
  },
  /** A child prints more than a pipe holds, to a reader that never has room. */
  async held(drain) {
    const child = spawn("sh", ["-c", "yes | head -c 300000"], { stdio: ["ignore", "inherit", "inherit"] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const ended = child.exitCode !== null;
    while (child.exitCode === null) await drain();
    return [ended, (await drain()).stdout.length];
  },
};

async function main(part: string): Promise<void> {
  const captured = captureDescriptors();
  if (captured === undefined) {
    fs.writeSync(1, "not captured");
    process.send!(null);
    return;
  }
  const data: ReaderData = { captured, pauseMs: part === "held" ? null : part === "slow" ? 2 : 0 };
  // So that nothing makes `process.stdout`, which a thread's output would be piped to.
  const worker = new Worker(new URL(import.meta.url), { workerData: data, stdout: true, stderr: true });
  const drain: Drain = async () => {
    worker.postMessage("drain");
    return ((await once(worker, "message")) as [Read])[0];
  };
  await once(worker, "online");
  process.send!(await PARTS[part]!(drain, captured));
  await worker.terminate();
}

function read({ captured, pauseMs }: ReaderData): void {
  const all: Read = { stdout: "", stderr: "" };
  const reader = new DescriptorReader(captured, (name, text) => {
    all[name] += text;
    if (pauseMs === 0) return undefined;
    return new Promise((resolve) => pauseMs !== null && setTimeout(resolve, pauseMs));
  });
  parentPort!.on("message", () => {
    reader.drain();
    parentPort!.postMessage(all);
  });
}

if (isMainThread) await main(process.argv[2]!);
else read(workerData as ReaderData);
