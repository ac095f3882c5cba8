import fs from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { KernelProcess, textOf } from "../kernelProcess.js";

const samples = JSON.parse(
  fs.readFileSync(new URL("../../../../tests/kernel/samples.json", import.meta.url), "utf8"),
) as Record<string, string>;

describe("kernel: comms, subshells and questions", () => {
  let kernel: KernelProcess;

  before(async () => {
    kernel = await KernelProcess.start();
  });
  after(() => kernel.shutdown());

  async function messages(id: string, type: "comm_msg" | "comm_close", count: number) {
    for (;;) {
      const found = kernel.published.flatMap((one) => (one.type === type && one.content.comm_id === id ? [one] : []));
      if (found.length >= count) return found;
      await delay(5);
    }
  }

  it("serves comms that the front end opens, with buffers both ways", async () => {
    await kernel.execute(samples["comm_register"]!);
    await kernel.send("comm_open", { comm_id: "a", target_name: "conf.echo", data: { x: 1 } });
    await kernel.send("comm_msg", { comm_id: "a", data: { y: 2 } }, [Buffer.from([1, 2, 3])]);
    const [opened, echoed] = await messages("a", "comm_msg", 2);
    expect(opened!.content.data).to.deep.equal({ opened: { x: 1 } });
    expect(echoed!.content.data).to.deep.equal({ echo: { y: 2 } });
    expect(echoed!.buffers.map((bytes) => [...bytes])).to.deep.equal([[1, 2, 3]]);
    const { reply } = await kernel.request<"comm_info_reply">("shell", "comm_info_request", {
      target_name: "conf.echo",
    });
    expect(reply).to.deep.equal({ status: "ok", comms: { a: { target_name: "conf.echo" } } });
    await kernel.send("comm_close", { comm_id: "a", data: {} });
    const { reply: none } = await kernel.request<"comm_info_reply">("shell", "comm_info_request");
    expect(none).to.deep.equal({ status: "ok", comms: {} });
  });

  it("opens comms to the front end and remembers what comes", async () => {
    const { outputs } = await kernel.execute(samples["comm_open"]!);
    const open = outputs.find((output) => output.type === "comm_open")!;
    expect(open.content).to.deep.include({ target_name: "conf.front", data: { hello: 1 } });
    const { comm_id: id } = open.content as { comm_id: string };
    await kernel.send("comm_msg", { comm_id: id, data: { value: 7 } });
    expect(textOf((await kernel.execute(samples["comm_got"]!)).outputs)).to.equal('[{"value":7}]\n');
    await kernel.execute(samples["comm_close"]!);
    await messages(id, "comm_close", 1);
  });

  it("closes a comm to a target that nobody serves", async () => {
    await kernel.send("comm_open", { comm_id: "nobody", target_name: "no.such", data: {} });
    await messages("nobody", "comm_close", 1);
  });

  it("leaves a cell its children's output when a comm prints meanwhile", async () => {
    const cell =
      "import { spawnSync } from 'node:child_process';\n" +
      "await printed;\nspawnSync('echo', ['child'], { stdio: 'inherit' }).status;";
    await kernel.execute(
      "const printed = new Promise((end) => comms.registerTarget('print', () => { console.log('comm'); end(1); }));",
    );
    const running = kernel.execute(cell);
    await kernel.send("comm_open", { comm_id: "printing", target_name: "print", data: {} });
    expect(textOf((await running).outputs)).to.equal("child\n0");
  });

  it("serves comms while a cell awaits, before what is queued, without subshells", async () => {
    const waiting = kernel.execute("await new Promise((end) => comms.registerTarget('wake', () => end('woken')))");
    const queued = kernel.execute("'queued'");
    await delay(200);
    await kernel.send("comm_open", { comm_id: "w", target_name: "wake", data: {} });
    expect((await waiting).outputs.at(-1)!.content).to.deep.include({ data: { "text/plain": "'woken'" } });
    await queued;
  });

  it("shows an error of a comm's handler in the message's own output, and serves the next", async () => {
    await kernel.execute(
      "comms.registerTarget('bad', (comm) => comm.onMessage(({ data }) => { if (data.bad) throw new Error('in handler'); comm.send({ good: 1 }); }))",
    );
    await kernel.send("comm_open", { comm_id: "b", target_name: "bad", data: {} });
    await kernel.send("comm_msg", { comm_id: "b", data: { bad: true } });
    await kernel.send("comm_msg", { comm_id: "b", data: {} });
    await messages("b", "comm_msg", 1);
    expect(kernel.published.some((one) => one.type === "error" && one.content.evalue === "in handler")).to.equal(true);
  });

  it("makes, lists and ends subshells, and runs their cells beside those of the main one", async () => {
    const created = (await kernel.request<"create_subshell_reply">("control", "create_subshell_request")).reply;
    const { subshell_id: id } = created as { subshell_id: string };
    const { reply: list } = await kernel.request<"list_subshell_reply">("control", "list_subshell_request");
    expect(list).to.deep.equal({ status: "ok", subshell_id: [id] });
    const waiting = kernel.execute("await new Promise((end) => { globalThis['wakeUp' as never] = end as never })");
    await delay(200);
    await kernel.frontEnd.send("shell", "execute_request", {
      content: { code: "(globalThis as any).wakeUp('from the subshell')" },
      header: { subshell_id: id },
    });
    expect(textOf((await waiting).outputs)).to.equal("'from the subshell'");
    const { reply: deleted } = await kernel.request<"delete_subshell_reply">("control", "delete_subshell_request", {
      subshell_id: id,
    });
    expect(deleted).to.deep.equal({ status: "ok" });
    const again = await kernel.request<"delete_subshell_reply">("control", "delete_subshell_request", {
      subshell_id: id,
    });
    expect(again.reply).to.have.property("status", "error");
  });

  it("asks the user, awaited and not, and hides passwords", async () => {
    const questions: unknown[] = [];
    const answer = (question: { prompt: string; password: boolean }) => {
      questions.push(question);
      return `Ada ${questions.length}`;
    };
    expect(textOf((await kernel.execute(samples["stdin"]!, { answer })).outputs)).to.equal("Ada 1\n");
    expect(textOf((await kernel.execute("prompt('Now?', { password: true })", { answer })).outputs)).to.equal(
      "'Ada 2'",
    );
    expect(questions).to.deep.equal([
      { prompt: "What is it? ", password: false },
      { prompt: "Now?", password: true },
    ]);
    for (const code of ["prompt('x')", "await input('x')"]) {
      const { reply } = await kernel.execute(code);
      expect((reply as { evalue: string }).evalue).to.include("answers no questions");
    }
  });
});
