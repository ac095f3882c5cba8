import { expect } from "chai";
import { KernelProcess, textOf } from "../kernelProcess.js";
import { typeBomb } from "../language/typeBomb.js";

describe("kernel: the TypeScript service dies", () => {
  let kernel: KernelProcess;
  before(async () => {
    kernel = await KernelProcess.start({ env: { NODE_OPTIONS: "--max-old-space-size=250" } });
  });
  after(() => kernel.shutdown());

  async function expectEnd(): Promise<string> {
    const { reply, outputs } = await kernel.execute(typeBomb());
    expect(reply).to.include({ status: "error", ename: "KernelError" });
    const errors = outputs.filter(({ type }) => type !== "execute_input");
    expect(
      errors.map(({ type }) => type),
      "said once",
    ).to.deep.equal(["error"]);
    return (reply as { evalue: string }).evalue;
  }

  async function expectAllKnown(): Promise<void> {
    expect(textOf((await kernel.execute("twice(kept)")).outputs)).to.equal("[ 42, 42 ]");
    expect(await kernel.complete("twi")).to.deep.include({ status: "ok", matches: ["twice"] });
    const inspected = await kernel.inspect("twice");
    expect(inspected.status === "ok" && inspected.data["text/plain"]).to.include("function twice(n: number): number[]");
    const { reply } = await kernel.execute("const wrong: string = kept");
    expect(reply).to.include({ ename: "TypeScriptError" });
    expect(textOf((await kernel.execute("import { five } from './five'; five")).outputs)).to.equal("5");
  }

  it("and the kernel goes on with the names that it has", async () => {
    await kernel.execute("let kept = 42; function twice(n: number) { return [n, n] }");
    await kernel.execute("/** @module five */ export const five = 5");
    await kernel.execute("import { five } from './five'");
    expect(await expectEnd()).to.match(/^The TypeScript service ended \(its memory was full\).*run the cell again/);
    await expectAllKnown();
  });

  it("and after the third time, with the next cell", async () => {
    await expectEnd();
    expect(await expectEnd()).to.match(/ended 3 times within a minute.*until you run a cell/);
    const completed = await kernel.complete("twi");
    expect(completed, "nothing but a cell starts it").to.have.property("status", "error");
    await expectAllKnown();
  });
});
