import { execFile } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { LanguageClient, LanguageWorker } from "../../../kernel/src/language/index.js";
import { typeBomb } from "./typeBomb.js";

const program = fileURLToPath(new URL("./loadedModules.js", import.meta.url));

/** What a promise is rejected with. */
function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("kernel/language/languageWorker", () => {
  let folder: string;
  let worker: LanguageWorker;
  const failures: string[] = [];
  before(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "worker-"));
    worker = new LanguageWorker({ folder }, (reason) => failures.push(reason));
  });
  after(async () => {
    await worker.language.close();
    await worker.close();
    fs.rmSync(folder, { recursive: true });
  });

  it("answers over a port, in the order of the calls", async () => {
    const { language } = worker;
    const [converted, completions, complete] = await Promise.all([
      language.convert({ cell: 1, code: "const answer = 42" }),
      language.complete("answ", 4),
      language.isComplete("f("),
    ]);
    expect(converted)
      .to.include({ ok: true })
      .with.property("declares")
      .that.deep.equals([{ name: "answer", key: "answer" }]);
    expect(completions.matches[0]).to.include({ text: "answer", type: "const" });
    expect(complete).to.deep.equal({ status: "incomplete", indent: "  " });
    await language.settle(1);
    expect((await language.inspect("answer", 3))?.declaration).to.equal("const answer: 42");
    expect(await language.check(1)).to.deep.equal([]);
  });

  it("serves others on ports of their own", async () => {
    const other = new LanguageClient(worker.connect());
    expect(await other.isComplete("1")).to.deep.equal({ status: "complete" });
    expect(await other.resolveLocal("./nothing", path.join(folder, "x.js"))).to.equal(undefined);
    await other.close();
    expect(await failure(other.isComplete("1"))).to.be.instanceOf(KernelError);
    expect(await worker.language.isComplete("1")).to.deep.equal({ status: "complete" });
  });

  it("gives the user's faults as sentences, and defects with their stacks", async () => {
    const missing = path.join(folder, "missing.ts");
    const error = await failure(worker.language.transpile(missing));
    expect(error).to.be.instanceOf(KernelError).with.property("message");
    expect((error as Error).message).to.equal(
      `The module ${missing} cannot be read (ENOENT); look at the path in its import.`,
    );
    const defect = await failure(worker.language.complete(undefined as unknown as string, 0));
    expect(defect).to.be.instanceOf(Error).and.not.instanceOf(KernelError);
    expect((defect as Error).message).to.match(/at .*completion/s);
    expect(await worker.language.isComplete("1")).to.deep.equal({ status: "complete" });
  });

  it("gives up when the thread cannot start, tells of it, and tries again when it is asked", async () => {
    const told: string[] = [];
    const broken = new LanguageWorker({ folder: 5 as unknown as string }, (reason) => told.push(reason));
    const other = new LanguageClient(broken.connect());
    const errors = await Promise.all([failure(broken.language.isComplete("1")), failure(other.isComplete("1"))]);
    for (const error of errors) {
      expect(error).to.be.instanceOf(KernelError);
      expect((error as Error).message).to.match(/^The TypeScript service ended \(.*\).* started again/s);
    }
    while (told.length === 0) await delay(10);
    expect(told).to.have.length(1);
    expect(told[0]).to.match(/ended 3 times within a minute.*until you run a cell.*restart the kernel/);
    expect(await failure(other.isComplete("1")), "others start nothing").to.have.property("message", told[0]);
    const asked = (await failure(broken.language.isComplete("1"))) as Error;
    expect(asked.message).to.match(/ended 4 times within a minute/);
    expect(told, "who waits says it").to.have.length(1);
    await broken.close();
  });

  it("starts again when the thread runs out of memory, with the cells that it knew", async () => {
    const told: string[] = [];
    // With so much the last allocation is a large one, at which the engine would end the whole process.
    const dying = new LanguageWorker({ folder, memoryMb: 250 }, (reason) => told.push(reason));
    const { language } = dying;
    const other = new LanguageClient(dying.connect());
    await language.convert({ cell: 1, code: "function twice(text: string) { return [text, text] }\nlet unset = 1" });
    await language.settle(1, ["unset"]);
    await language.convert({ cell: 2, code: "let running = 1" });
    const [bombed, waiting] = await Promise.all([
      failure(language.convert({ cell: 3, code: `let bombed = 1;\n${typeBomb()}` })),
      failure(language.settle(2)),
    ]);
    expect(bombed).to.be.instanceOf(KernelError);
    expect((bombed as Error).message).to.match(/ended \(its memory was full\).*knows the earlier cells.*max-old-space/);
    expect(waiting, "that a cell has run is told again").to.equal(undefined);
    expect((await language.inspect("twice", 5))?.declaration).to.equal("function twice(text: string): string[]");
    expect((await other.complete("twi", 3)).matches[0]).to.include({ text: "twice" });
    const next = await language.convert({ cell: 4, code: "const first: string = twice('a')[0]; running = 2" });
    expect(next).to.include({ ok: true });
    for (const name of ["unset", "bombed"]) {
      const refused = await language.convert({ cell: 5, code: name });
      expect(refused, name).to.have.property("ok", false);
    }
    expect(told).to.deep.equal([]);
    await dying.close();
  });

  it("answers in time while the thread that would start it again is busy", async () => {
    const dying = new LanguageWorker({ folder, memoryMb: 250 }, () => {});
    const link = dying.connect();
    const asking = new Worker(new URL("./languageAsker.js", import.meta.url), {
      workerData: { link, bomb: typeBomb() },
      transferList: [link],
    });
    const [asked] = (await once(asking, "message")) as [Int32Array];
    // As a cell does that never ends; the service dies meanwhile.
    Atomics.wait(asked, 0, 0, 30_000);
    const [answer] = await once(asking, "message");
    expect(answer).to.match(/has to wait for the running cell/);
    await dying.close();
    await asking.terminate();
  });

  it("rejects what waits when it is closed, and tells nobody", async () => {
    const closing = new LanguageWorker({ folder }, (reason) => failures.push(reason));
    const waiting = failure(closing.language.isComplete("1"));
    await closing.close();
    expect(await waiting).to.be.instanceOf(KernelError);
    expect(failures).to.deep.equal([]);
  });

  it("leaves the compiler out of the main thread, and lets the process end", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, folder], { timeout: 60_000 });
    expect(JSON.parse(stdout)).to.deep.equal({ main: [], converted: true, control: true });
  });
});
