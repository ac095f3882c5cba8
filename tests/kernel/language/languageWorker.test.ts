import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { KernelError } from "../../../kernel/src/errors.js";
import { LanguageClient, LanguageWorker } from "../../../kernel/src/language/index.js";

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

  it("rejects what waits when the thread ends by itself, and tells of it once", async () => {
    const told: string[] = [];
    const broken = new LanguageWorker({ folder: 5 as unknown as string }, (reason) => told.push(reason));
    const other = new LanguageClient(broken.connect());
    const errors = await Promise.all([failure(broken.language.isComplete("1")), failure(other.isComplete("1"))]);
    for (const error of errors) expect(error).to.be.instanceOf(KernelError);
    expect((errors[0] as Error).message).to.match(/^The TypeScript service ended .*restart the kernel/);
    expect(await failure(broken.language.isComplete("1"))).to.be.instanceOf(KernelError);
    expect(told).to.have.length(1);
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
