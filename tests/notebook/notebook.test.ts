import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { KernelProcess, type Output, textOf } from "../kernel/kernelProcess.js";

describe("notebook", function () {
  this.timeout(120_000);
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
  });
  after(async () => {
    expect(await kernel.shutdown()).to.equal(0);
  });

  /** Runs a cell that must succeed. */
  async function run(code: string): Promise<readonly Output[]> {
    const { reply, outputs } = await kernel.execute(code);
    expect(reply.status, textOf(outputs)).to.equal("ok");
    return outputs;
  }

  it("imports Espalier, whose names complete and are explained", async () => {
    await run('import * as espalier from "espalier"');
    const completions = await kernel.complete("espalier.cre");
    expect(completions).to.deep.include({ status: "ok", matches: ["createStudy"], cursor_start: 9, cursor_end: 12 });
    const inspection = await kernel.inspect("espalier.createStudy");
    expect(inspection).to.include({ status: "ok", found: true });
    const { data } = inspection as Extract<typeof inspection, { status: "ok" }>;
    expect(data["text/plain"]).to.match(/createStudy\(options: .*StudyOptions\): Promise<.*Study>/);
    expect(data["text/plain"]).to.contain("Opens a study, or begins one.");
    const { reply } = await kernel.execute("espalier.createStudy({ model: 3 })");
    expect(reply).to.include({ status: "error", ename: "TypeScriptError" });
  });

  it("computes with one TensorFlow.js, the notebook's and Espalier's, on one backend", async () => {
    await run('import * as tf from "@tensorflow/tfjs"');
    const report = textOf(await run("(await espalier.useBackend()).backend"));
    const names = { cuda: "tensorflow", native: "tensorflow", wasm: "wasm", js: "cpu" };
    const backend = names[report.replaceAll("'", "") as keyof typeof names];
    expect(textOf(await run("tf.getBackend()"))).to.equal(`'${backend}'`);
    // Espalier's own tensors are counted by the notebook's library, which a second instance would know nothing of.
    const counted = await run(`
      const before = tf.memory().numTensors;
      const { model } = await espalier.loadModel(espalier.EMBEDDED_DIRECTORY);
      const during = tf.memory().numTensors;
      model.dispose();
      [during > before, tf.memory().numTensors === before]`);
    expect(textOf(counted)).to.equal("[ true, true ]");
  });

  it("searches with progress in place, and shows a frontier", async () => {
    await run(`
      const processor = espalier.Processor.fromDirectory(espalier.EMBEDDED_DIRECTORY);
      const data = await espalier.embeddedData(processor, { sizes: { train: 8, validation: 4, test: 4 } });
      const study = await espalier.createStudy({ model: espalier.EMBEDDED_DIRECTORY, data, name: "first" });`);
    const outputs = await run(
      "await study.search({ budgets: [0.2, 0.5], trainedBudgets: [0.2, 0.5], epochs: 1, batch: 4, scouts: 0 })",
    );
    const [first, ...rest] = outputs.filter(({ type }) => type !== "execute_input");
    expect(first!.type).to.equal("display_data");
    expect(new Set(rest.map(({ type }) => type))).to.deep.equal(new Set(["update_display_data"]));
    expect(textOf(rest.slice(-1))).to.equal("search: finished.");
    const frontier = await run("await study.frontier()");
    const [result] = frontier.filter(({ type }) => type === "execute_result");
    const { data } = (result as Extract<Output, { type: "execute_result" }>).content;
    expect(Object.keys(data)).to.include.members(["application/vnd.vegalite.v5+json", "image/png", "text/plain"]);
    expect(textOf(await run("await study.close(); study"))).to.match(/^Study "first": closed/);
  });

  it("stops a search at an interrupt, keeps what is finished, and the next one gives the same numbers", async () => {
    const settings = "{ budgets: [0.2, 0.5], trainedBudgets: [0.2, 0.5], epochs: 20, batch: 4, scouts: 0 }";
    const open = (name: string) =>
      `await espalier.createStudy({ model: espalier.EMBEDDED_DIRECTORY, data, name: "${name}" })`;
    await run(`const undisturbed = ${open("undisturbed")}; await undisturbed.search(${settings});`);
    await run(`const disturbed = ${open("disturbed")}; const tensorsBefore = tf.memory().numTensors`);
    const searching = kernel.execute(`await disturbed.search(${settings})`);
    await setTimeout(1500);
    await kernel.interrupt();
    const { reply } = await searching;
    expect(reply).to.include({ status: "error", ename: "Stopped" });
    await run("await disturbed.frontier()");
    await run(`await disturbed.search(${settings})`);
    const costs = (study: string) =>
      run(
        `JSON.stringify((await ${study}.results()).means.map(({ configuration, divergence }) => [configuration, divergence.mean]))`,
      );
    expect(textOf(await costs("disturbed"))).to.equal(textOf(await costs("undisturbed")));
    await run("await disturbed.close(); await undisturbed.close()");
  });

  it("cuts a search off that does not end by itself, and computes the same afterwards", async () => {
    const code = "tf.tidy(() => { for (;;) tf.matMul(tf.ones([64, 64]), tf.ones([64, 64])).dispose(); })";
    const spinning = kernel.execute(code);
    await setTimeout(1000);
    await kernel.interrupt();
    expect((await spinning).reply).to.include({ status: "error", ename: "KeyboardInterrupt" });
    const values = textOf(await run("Array.from(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1)).dataSync())"));
    expect(values).to.equal("[ 2, 3 ]");
  });
});
