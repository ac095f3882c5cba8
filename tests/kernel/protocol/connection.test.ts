import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { Connection } from "../../../kernel/src/wire/index.js";
import { KernelProcess, textOf } from "../kernelProcess.js";
import { FrontEnd } from "../wire/frontEnd.js";

/** What a cell comes across without looking for it: all that a process, and what the kernel gives to notebooks, shows. */
const SHOWN = `
import util from "node:util";
import { findCurrentKernel } from "@espalier/kernel";
console.log(util.inspect(
  [process.argv, process.argv0, process.execArgv, process.env, process.title, findCurrentKernel(), require, module],
  { depth: 8, showHidden: true, maxArrayLength: null, maxStringLength: null },
));`;

describe("kernel: connections", () => {
  let kernels: readonly [KernelProcess, KernelProcess];
  before(async () => {
    kernels = await Promise.all([KernelProcess.start(), KernelProcess.start()]);
  });
  after(() => Promise.all(kernels.map((kernel) => kernel.shutdown())));

  /** Asks at one kernel's sockets with a key. @returns whether anything came back within a second. */
  async function answers(connection: Connection, key: string, code?: string): Promise<boolean> {
    const asking = new FrontEnd({ ...connection, key });
    const content = { code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false };
    if (code !== undefined) await asking.send("shell", "execute_request", { content });
    else await asking.send("control", "interrupt_request");
    const replies = [asking.dealers.shell.receive(), asking.dealers.control.receive()];
    const came = await Promise.race([Promise.any(replies).then(() => true), delay(1000, false)]);
    asking.close();
    await Promise.allSettled(replies);
    return came;
  }

  it("are nothing that a cell comes across", async () => {
    const [{ connection }] = kernels;
    const text = textOf((await kernels[0].execute(SHOWN)).outputs);
    expect(text, "the text is what is looked for").to.include("espalier").and.to.include("HOME");
    for (const secret of [connection.key, "connection.json", ...Object.values(connection.endpoints)])
      expect(text).not.to.include(secret.replace("ipc://", ""));
    const argv = textOf((await kernels[0].execute("process.argv.map((each) => each.split('/').at(-1))")).outputs);
    expect(argv).to.equal("[ 'node', 'main.js' ]");
  });

  it("are not handed on to child processes", async () => {
    const code = `import { execFileSync, fork } from "node:child_process"; import fs from "node:fs";
fs.writeFileSync("child.mjs", "process.send([process.argv, process.execArgv, process.env])");
const told = await new Promise((tell) => fork("./child.mjs").on("message", tell));
JSON.stringify(told) + execFileSync("env", { encoding: "utf8" })`;
    const text = textOf((await kernels[0].execute(code)).outputs);
    expect(text).to.include("child.mjs");
    for (const secret of [kernels[0].connection.key, "connection.json"]) expect(text).not.to.include(secret);
  });

  it("take no message that is signed with another kernel's key, or not signed", async () => {
    const [a, b] = kernels;
    expect(a.connection.key).not.to.equal(b.connection.key);
    const intrude = "(globalThis as any).intruded = true";
    await b.execute("let kept = 42");
    const running = b.execute("await new Promise((end) => setTimeout(() => end('not interrupted'), 4000))");
    for (const key of [a.connection.key, "", `${b.connection.key} `])
      expect(await Promise.all([answers(b.connection, key, intrude), answers(b.connection, key)]), key).to.deep.equal([
        false,
        false,
      ]);
    expect(textOf((await running).outputs)).to.equal("'not interrupted'");
    expect(textOf((await b.execute("[kept, (globalThis as any).intruded]")).outputs)).to.equal("[ 42, undefined ]");
    expect(await answers(b.connection, b.connection.key, intrude), "its own").to.equal(true);
    expect(textOf((await b.execute("(globalThis as any).intruded")).outputs)).to.equal("true");
  });
});
