/** Stands for anywidget 0.11 in a page: loads a module from a string, and calls it in anywidget's order. */
import type { Anywidget, AnywidgetModel } from "../../../../labextension/src/anywidget/contract.js";
import { leftovers, track } from "../../page/browser/tracking.js";
import type { HostApi } from "../hostApi.js";
import { HostModel } from "./hostModel.js";

interface View {
  readonly context: symbol;
  readonly el: HTMLElement;
  readonly cleanup: () => void;
}

const MODEL = Symbol("model");
const violations: string[] = [];
const clicked: string[] = [];
const views: (View | null)[] = [];
let model = new HostModel({});
let widget: Anywidget | null = null;
let endModel: () => void = () => {};

const proxyOf = (context: symbol) => model.proxy(context) as AnywidgetModel;

const api: HostApi = {
  async create(esm, css, state) {
    model = new HostModel(state);
    const style = document.createElement("style");
    style.textContent = css;
    document.head.append(style);
    const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
    const loaded = (await import(/* webpackIgnore: true */ address)) as {
      default: () => Anywidget | Promise<Anywidget>;
    };
    URL.revokeObjectURL(address);
    widget = await loaded.default();
    endModel = widget.initialize({ model: proxyOf(MODEL) });
  },
  async addView() {
    const context = Symbol("view");
    const el = document.createElement("div");
    document.querySelector("main")!.append(el);
    const cleanup = await widget!.render({ model: proxyOf(context), el });
    views.push({ context, el, cleanup });
  },
  async removeView(place) {
    const view = views[place];
    if (!view) return;
    views[place] = null;
    model.end(view.context);
    // In a task of its own, as anywidget does.
    await Promise.resolve().then(view.cleanup);
    view.el.remove();
  },
  dropView: (place) => views[place]!.el.remove(),
  update: (state) => model.update(state),
  deliver: (content) => model.trigger("msg:custom", content, []),
  refuse() {
    model.comm = "dead";
  },
  lose() {
    model.comm = "lost";
    model.trigger("comm_live_update");
  },
  find() {
    model.comm = "open";
    model.trigger("comm_live_update");
  },
  async destroy() {
    for (const place of views.keys()) await api.removeView(place);
    endModel();
  },
  get sent() {
    return model.sent;
  },
  violations,
  clicked,
  leftovers: () => leftovers(model.listening),
};

document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  violations.push(`${violatedDirective} ${blockedURI}`),
);
document.body.addEventListener("click", (event) => {
  for (const node of event.composedPath()) if (node instanceof HTMLAnchorElement) clicked.push(node.download);
});
track();
Object.assign(globalThis, { anywidgetHost: api });
