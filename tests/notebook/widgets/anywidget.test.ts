import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "chai";
import type { KernelContents } from "../../../kernel/src/wire/index.js";
import {
  type AnywidgetMessage,
  FRONTIER_MIME,
  type FromKernel,
  readFrontier,
  readSchedule,
} from "../../../labextension/src/data/index.js";
import { type Results, type Study, samplesData } from "../../../src/index.js";
import { createStudy } from "../../../src/notebook/createStudy.js";
import { frontEndOf } from "../../../src/notebook/widgets/frontEnds.js";
import { frontier, schedule, show, type WidgetFrontEnd } from "../../../src/notebook/widgets/index.js";
import { SEARCH, SIZES } from "../../study/runStudy.js";
import { temporaryFolder, writeTiny } from "../../study/tiny.js";
import { fakeKernel } from "../fakeKernel.js";
import { shownData } from "./frontEnd.js";

type Kernel = ReturnType<typeof fakeKernel>;

const VIEW_MIME = "application/vnd.jupyter.widget-view+json";

interface ModelMessage {
  readonly method: string;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly buffer_paths?: unknown;
  readonly content?: FromKernel | AnywidgetMessage;
}

/** A widget's comm as ipywidgets' manager has it. */
function manager(kernel: Kernel, id: string) {
  const messages = () =>
    kernel.published.flatMap(({ type, content }) => {
      const { comm_id, data } = content as KernelContents["comm_msg"];
      return type === "comm_msg" && comm_id === id ? [data as unknown as ModelMessage] : [];
    });
  const send = (data: object) => kernel.comms.handleMessage({ comm_id: id, data: { ...data } }, {}, []);
  return {
    updates: () => messages().flatMap(({ method, state }) => (method === "update" ? [state!] : [])),
    /** Messages of the widget, and that it was closed. */
    customs: () =>
      messages().flatMap(({ method, content }) =>
        method === "custom" && content!.type !== "replaced" ? [content!] : [],
      ),
    messages,
    send,
    custom: (content: object) => send({ method: "custom", content }),
  };
}

describe("notebook/widgets/anywidget", function () {
  this.timeout(120_000);
  let folder: string;
  let results: Results;
  const open: { close(): unknown }[] = [];

  before(async () => {
    folder = temporaryFolder();
    await writeTiny(folder, SIZES);
    fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    results = await study.results();
  });
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  async function opened(): Promise<Study> {
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    const study = await createStudy({ model: path.join(folder, "model"), data, name: "s" });
    open.push(study);
    return study;
  }

  it("opens a model of ipywidgets, has its data before its view is shown, and keeps the drawings beside it", async () => {
    const kernel = fakeKernel();
    const view = frontier(results, { frontEnd: "anywidget" });
    open.push(view);
    await kernel.displays.settled();
    const [first] = kernel.published;
    const methodOf = (content: object) => (content as { data: Partial<ModelMessage> }).data.method ?? "";
    expect(kernel.published.map(({ type, content }) => `${type} ${methodOf(content)}`.trim())).to.deep.equal([
      "comm_open",
      "comm_msg update",
      "display_data",
      "comm_msg update",
      // Views are made anew then.
      "comm_msg custom",
      "update_display_data",
    ]);
    expect(manager(kernel, view.id).messages().at(-1)!.content).to.deep.equal({ type: "replaced" });
    const { comm_id, target_name, data } = first!.content as KernelContents["comm_open"];
    expect([comm_id, target_name, first!.metadata]).to.deep.equal([view.id, "jupyter.widget", { version: "2.1.0" }]);
    const { state, buffer_paths } = data as unknown as Required<ModelMessage>;
    expect(buffer_paths).to.deep.equal([]);
    expect(state).to.include({
      _model_module: "anywidget",
      _model_name: "AnyModel",
      _model_module_version: "~0.11.*",
      _view_module: "anywidget",
      _view_name: "AnyView",
      _view_module_version: "~0.11.*",
      kind: "frontier",
      data: null,
    });
    expect(state["_esm"]).to.match(/as default\s*\}/);
    expect(state["_css"]).to.include(".espalier");
    const told = readFrontier(manager(kernel, view.id).updates()[0]!["data"]);
    expect([told.widget, told.points.length]).to.deep.equal([view.id, results.means.length]);
    const bundles = shownData(kernel, VIEW_MIME);
    expect(bundles).to.have.length(2);
    expect(bundles.at(-1)).to.include.keys(
      FRONTIER_MIME,
      "application/vnd.vegalite.v5+json",
      "image/svg+xml",
      "image/png",
      "text/plain",
    );
    expect(bundles.at(-1)![VIEW_MIME]).to.deep.equal({ version_major: 2, version_minor: 1, model_id: view.id });
    expect(Object.keys(kernel.comms.info("jupyter.widget"))).to.deep.equal([view.id]);
  });

  it("gives the whole state to a page that was loaded again", () => {
    const kernel = fakeKernel();
    const view = schedule({ shares: [1, 0.5, 0.25] }, { frontEnd: "anywidget" });
    open.push(view);
    const end = manager(kernel, view.id);
    end.send({ method: "request_state" });
    const { data, ...state } = end.updates().at(-1)!;
    expect(readSchedule(data).layers).to.equal(3);
    const [{ state: first }] = kernel.sent<Required<ModelMessage>>("comm_open") as [Required<ModelMessage>];
    expect({ ...state, data: null }).to.deep.equal(first);
    expect(end.messages().at(-1)!.buffer_paths).to.deep.equal([]);
  });

  it("talks with the widget in custom messages, and passes over what is none", async () => {
    const kernel = fakeKernel();
    const view = frontier(results, { frontEnd: "anywidget" });
    open.push(view);
    const end = manager(kernel, view.id);
    view.budget = 0.5;
    expect(end.customs()).to.deep.equal([]);
    end.custom({ type: "hello" });
    const [state] = end.customs() as [Extract<FromKernel, { type: "state" }>];
    expect(readFrontier(state.data).points.length).to.equal(results.means.length);
    expect(state.state).to.include({ budget: 0.5 });
    const { series, configuration } = results.frontier[0]!;
    end.custom({ type: "set", state: { selected: `${series}/${configuration}` } });
    expect(await view.selected()).to.include({ series, configuration });
    view.budget = 0.25;
    expect(end.customs().at(-1)).to.deep.equal({ type: "set", state: { budget: 0.25 } });
    const before = end.messages().length;
    for (const bad of [
      {},
      { method: "custom" },
      { method: "custom", content: "hello" },
      { method: "update", state: {} },
    ])
      end.send(bad);
    expect(end.messages().length).to.equal(before);
    expect(kernel.errors).to.deep.equal([]);
  });

  it("does not make the view anew for what the user does, and tells the model's data instead", async () => {
    const kernel = fakeKernel();
    const study = await opened();
    await study.search(SEARCH);
    const view = show(study, { frontEnd: "anywidget" });
    open.push(view);
    const edited = schedule(await study.best({ budget: SEARCH.budgets[0]! }), {
      frontier: view,
      frontEnd: "anywidget",
    });
    open.push(edited);
    await kernel.displays.settled();
    const end = manager(kernel, edited.id);
    for (const one of [end, manager(kernel, view.id)]) one.custom({ type: "hello" });
    const shown = shownData(kernel, VIEW_MIME).length;
    const shares = [1, ...new Array(study.facts.layers - 1).fill(0.25)];
    end.custom({ type: "request", number: 1, what: { name: "evaluate", shares } });
    const replied = () => end.customs().some((one) => one.type === "reply");
    for (let looks = 0; looks < 3_000 && !replied(); looks++) await pause(10);
    expect(end.customs().find((one) => one.type === "reply")).to.have.property("value");
    const seriesOf = () =>
      readFrontier(manager(kernel, view.id).updates().at(-1)!["data"]).series.map(({ name }) => name);
    for (let looks = 0; looks < 300 && !seriesOf().includes("schedule"); looks++) await pause(10);
    expect(seriesOf()).to.include("schedule");
    await pause(1_200);
    expect(shownData(kernel, VIEW_MIME).length).to.equal(shown);
    await study.evaluate({ shares: [1, ...new Array(study.facts.layers - 1).fill(0.5)] });
    await kernel.displays.settled();
    expect(shownData(kernel, VIEW_MIME).length).to.be.greaterThan(shown);
  });

  it("leaves what is drawn where it is when the program closes it", () => {
    const kernel = fakeKernel();
    const view = frontier(results, { frontEnd: "anywidget" });
    const end = manager(kernel, view.id);
    end.custom({ type: "hello" });
    view.close();
    view.close();
    expect(end.customs().filter(({ type }) => type === "closed")).to.have.length(1);
    expect(kernel.sent("comm_close")).to.deep.equal([]);
    const before = end.customs().length;
    end.custom({ type: "hello" });
    view.budget = 0.3;
    expect(end.customs().length).to.equal(before);
    end.send({ method: "request_state" });
    expect(end.updates().at(-1)).to.include.keys("_esm", "data");
  });

  it("shows the drawings alone where the front end has closed the model", async () => {
    const kernel = fakeKernel();
    const view = frontier(results, { frontEnd: "anywidget" });
    open.push(view);
    await kernel.displays.settled();
    kernel.comms.handleClose({ comm_id: view.id, data: {} }, {}, []);
    view.show();
    await kernel.displays.settled();
    const last = shownData(kernel, FRONTIER_MIME).at(-1)!;
    expect(last).to.not.have.property(VIEW_MIME);
    expect(last).to.have.property("image/svg+xml");
  });

  it("names Colab's manager in Colab, and nothing elsewhere", () => {
    const metadataOf = () => {
      const kernel = fakeKernel();
      open.push(frontier(results, { frontEnd: "anywidget" }));
      const { content } = kernel.published.find(({ type }) => type === "display_data")!;
      return (content as KernelContents["display_data"]).metadata;
    };
    expect(metadataOf()).to.deep.equal({});
    process.env["COLAB_RELEASE_TAG"] = "release-colab";
    try {
      expect(metadataOf()).to.have.nested.property(
        `${VIEW_MIME.replaceAll(".", "\\.")}.colab.custom_widget_manager.url`,
      );
    } finally {
      delete process.env["COLAB_RELEASE_TAG"];
    }
  });

  it("is chosen by the option, else by the environment, else JupyterLab's extension draws", () => {
    expect(frontEndOf(undefined, {})).to.equal("jupyterlab");
    expect(frontEndOf(undefined, { ESPALIER_WIDGETS: "" })).to.equal("jupyterlab");
    expect(frontEndOf(undefined, { ESPALIER_WIDGETS: "anywidget" })).to.equal("anywidget");
    expect(frontEndOf("jupyterlab", { ESPALIER_WIDGETS: "anywidget" })).to.equal("jupyterlab");
    expect(() => frontEndOf(undefined, { ESPALIER_WIDGETS: "AnyWidget" })).to.throw(
      'ESPALIER_WIDGETS in the environment is "AnyWidget", which is no front end for widgets; set it to "jupyterlab" or "anywidget", or leave it out.',
    );
    const kernel = fakeKernel();
    for (const wrong of ["vscode", "toString", 3, null] as unknown as WidgetFrontEnd[])
      expect(() => frontier(results, { frontEnd: wrong })).to.throw(
        `There is no front end ${JSON.stringify(wrong)} for widgets; give "jupyterlab" or "anywidget".`,
      );
    expect(() => schedule({ shares: [1] }, { frontEnd: "x" as WidgetFrontEnd })).to.throw(/no front end "x"/);
    expect(kernel.published).to.deep.equal([]);
  });
});
