import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const HOST = fileURLToPath(new URL("./descriptorHost.js", import.meta.url));

describe("kernel/streams/captureDescriptors", () => {
  let folder: string;

  before(function () {
    if (process.platform === "win32") this.skip();
    folder = mkdtempSync(join(tmpdir(), "capture-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** Plays a part in another process; gives what it told and what came out of it. */
  async function play(part: string, environment: NodeJS.ProcessEnv = {}) {
    const env = { ...process.env, TMPDIR: folder, ...environment };
    const host = fork(HOST, [part], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    const output = Promise.all([text(host.stdout!), text(host.stderr!)]);
    const told = once(host, "message") as Promise<[unknown]>;
    const exited = once(host, "exit") as Promise<[number]>;
    const [result] = await Promise.race([
      told,
      exited.then(async ([code]) => {
        throw new Error(`The process ended with ${code}: ${(await output).join("\n")}`);
      }),
    ]);
    const [code] = await exited;
    const [stdout, stderr] = await output;
    return { result, code, stdout, stderr };
  }

  it("reads what child processes and system calls print, each stream in its order", async () => {
    const { result, code, stdout, stderr } = await play("children");
    expect(result).to.deep.equal({ stdout: "direct hi\n", stderr: "error\n" });
    expect({ code, stdout, stderr }).to.deep.equal({ code: 0, stdout: "", stderr: "" });
  });

  it("drains without waiting for a process that goes on, whose output comes later", async () => {
    const { result } = await play("grandchild");
    expect(result).to.deep.equal(["early\n", "early\nlate\n"]);
  });

  it("gives whole characters, whatever the borders of what is read", async () => {
    const { result } = await play("characters");
    const afterEach = ["", "ä", "ä", "ä", "ä€", "ä€", "ä€", "ä€", "ä€𝛼"];
    expect(result).to.deep.equal([afterEach, "a\ufffdb"]);
  });

  it("reads 10 MB from its own thread's process and from a child without a deadlock", async () => {
    const { result } = await play("big");
    expect(result).to.deep.equal([true, true]);
  });

  it("survives that the descriptor is closed, and writes nothing to the file that gets its number", async () => {
    const { result, code } = await play("closed");
    expect(result).to.deep.equal([{ stdout: "before", stderr: "after" }, 1, ""]);
    expect(code).to.equal(0);
  });

  it("keeps the way out for a last word, and leaves nothing in the folder for temporary files", async () => {
    const log = join(mkdtempSync(join(tmpdir(), "log-")), "log");
    writeFileSync(log, "first word, ");
    const file = openSync(log, "a");
    const host = fork(HOST, ["originals"], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ["ignore", file, file, "ipc"],
    });
    const [result] = await once(host, "message");
    await once(host, "exit");
    closeSync(file);
    expect(result).to.deep.equal([]);
    expect(readFileSync(log, "utf8")).to.equal("first word, last word, last error");
    rmSync(dirname(log), { recursive: true });
  });

  it("loses nothing when there is room only now and then", async () => {
    const { result } = await play("slow");
    expect(result).to.equal(300_000);
  });

  it("holds a child back while there is no room, and drains all the same", async () => {
    const { result } = await play("held");
    expect(result).to.deep.equal([false, 300_000]);
  });

  it("changes nothing where there is no mkfifo", async () => {
    const { result, stdout } = await play("children", { PATH: folder });
    expect(result).to.equal(null);
    expect(stdout).to.equal("not captured");
    expect(readdirSync(folder)).to.deep.equal([]);
  });
});
