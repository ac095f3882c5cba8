import { expect } from "chai";
import { KernelProcess, type Output, textOf } from "../kernelProcess.js";

function printed(outputs: readonly Output[], name: "stdout" | "stderr"): string {
  return textOf(outputs.filter((output) => output.type === "stream" && output.content.name === name));
}

describe("kernel: output", () => {
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
  });
  after(() => kernel.shutdown());

  it("publishes 100,000 lines before idle, in few messages", async () => {
    const { outputs } = await kernel.execute("for (let i = 0; i < 100_000; i++) console.log('line', i)");
    const expected = Array.from({ length: 100_000 }, (_, i) => `line ${i}\n`).join("");
    expect(printed(outputs, "stdout") === expected).to.equal(true);
    expect(outputs.length).to.be.lessThan(1000);
  });

  it("streams while a cell spins", async () => {
    const running = kernel.execute("console.log('begins'); const end = Date.now() + 600; while (Date.now() < end);");
    const start = Date.now();
    while (!kernel.published.some((one) => one.type === "stream" && one.content.text.includes("begins")))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Date.now() - start).to.be.lessThan(590);
    await running;
  });

  it("keeps the order of stdout, stderr and displays", async () => {
    const code = "for (let i = 0; i < 50; i++) { console.log('o' + i); console.error('e' + i); display(i); }";
    const { outputs } = await kernel.execute(code);
    const texts = outputs.filter(({ type }) => type !== "execute_input").map((output) => textOf([output]).trim());
    expect(texts).to.deep.equal(Array.from({ length: 50 }, (_, i) => [`o${i}`, `e${i}`, `${i}`]).flat());
  });

  it("prints halves of characters that are written one after the other as one", async () => {
    const { outputs } = await kernel.execute(
      "for (const byte of Buffer.from('äö😀')) process.stdout.write(Buffer.from([byte]))",
    );
    expect(printed(outputs, "stdout")).to.equal("äö😀");
  });

  it("captures what child processes and native code print, before idle", async () => {
    const { outputs } = await kernel.execute(
      "import { spawn, spawnSync } from 'node:child_process';\nimport fs from 'node:fs';\n" +
        "spawnSync('sh', ['-c', 'echo out; echo err >&2'], { stdio: 'inherit' });\nfs.writeSync(1, 'written\\n');\n" +
        "await new Promise((end) => spawn('sh', ['-c', 'echo later'], { stdio: 'inherit' }).on('exit', end));",
    );
    expect(printed(outputs, "stdout")).to.equal("out\nwritten\nlater\n");
    expect(printed(outputs, "stderr")).to.equal("err\n");
  });

  it("keeps the order of what a cell and its children print", async () => {
    const cell =
      "for (let i = 0; i < 20; i++) { console.log('a' + i); spawnSync('echo', ['b' + i], { stdio: 'inherit' }); }";
    const { outputs } = await kernel.execute(cell);
    const expected = Array.from({ length: 20 }, (_, i) => `a${i}\nb${i}\n`).join("");
    expect(printed(outputs, "stdout")).to.equal(expected);
  });

  it("survives a child that prints more than a pipe holds", async () => {
    const { outputs } = await kernel.execute(
      "spawnSync('sh', ['-c', 'yes 0123456789 | head -c 3000000'], { stdio: 'inherit' }).status",
    );
    expect(printed(outputs, "stdout").length).to.equal(3_000_000);
  });

  it("goes on printing when the user ends or closes stdout", async () => {
    await kernel.execute("process.stdout.end(); process.stdout.destroy(); console.log('still')");
    const { outputs } = await kernel.execute("fs.closeSync(1); console.log('and still'); 1");
    expect(textOf(outputs)).to.equal("and still\n1");
  });

  it("shows a table, a picture and a figure in all their forms", async () => {
    const data = async (code: string) => {
      const { outputs } = await kernel.execute(code);
      return (outputs.at(-1)!.content as { data: Record<string, unknown> }).data;
    };
    expect(await data("[{ a: 1, b: 'x' }, { a: 2, b: 'y' }]")).to.have.keys(["text/plain", "text/html"]);
    const figure = "({ mark: 'bar', data: { values: [{ x: 1 }] }, encoding: { x: { field: 'x' } } })";
    expect(await data(figure)).to.include.keys("application/vnd.vegalite.v5+json", "text/plain");
    expect(await data("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<i>' }) })")).to.have.property(
      "text/html",
      "<i>",
    );
    expect(await data("({ toSvg: () => '<svg/>' })")).to.have.property("image/svg+xml", "<svg/>");
  });
});
