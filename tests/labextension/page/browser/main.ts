/** The test page's own part: mounts a widget's `render` with a mock model and host. */

import { fillIn } from "../../../../labextension/src/core/index.js";
import type { Cleanup, Host, Render } from "../../../../labextension/src/widget.js";
import { DEFAULT_SETTINGS } from "../../../../labextension/src/widget.js";
import type { MountOptions, PageApi, SavedFile } from "../pageApi.js";
import { MockModel } from "./mockModel.js";
import { frameAfter, painted, timeOf } from "./timing.js";
import { leftovers, track } from "./tracking.js";

const files: SavedFile[] = [];
const copied: string[] = [];
let model = new MockModel(null, {});
let cleanup: Cleanup | null = null;

async function keep(name: string, content: Blob): Promise<void> {
  const isText = !content.type.startsWith("image/png");
  const bytes = new Uint8Array(await content.arrayBuffer());
  const base64 = () => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  files.push({ name, type: content.type, text: isText ? await content.text() : base64() });
}

function hostOf({ settings = {} }: MountOptions): Host {
  return {
    translate: fillIn,
    settings: { ...DEFAULT_SETTINGS, ...settings },
    onSettings: () => () => {},
    saveFile: (name, content) => void keep(name, content),
    async copyText(text) {
      copied.push(text);
    },
  };
}

const api: PageApi = {
  mountWidget(render, data, options = {}) {
    api.unmount();
    const { espalierWidget } = globalThis as unknown as { espalierWidget: Readonly<Record<string, Render>> };
    model = new MockModel(data, options);
    const el = document.querySelector<HTMLElement>("#widget")!;
    cleanup = espalierWidget[render]!({ model, el, host: hostOf(options) });
  },
  unmount() {
    cleanup?.();
    cleanup = null;
  },
  get: (key) => model.get(key as "selected"),
  set: (key, value) => model.set(key as "selected", value as string | null),
  deliver: (content) => model.deliver(content),
  get sent() {
    return model.sent;
  },
  saves: () => model.saves,
  files,
  copied,
  timeMount: (render, data, options) => timeOf(() => api.mountWidget(render, data, options)),
  timeDeliver: async (content) => (await timeOf(() => model.deliver(content))).painted,
  timeFrame: (content) => frameAfter(() => model.deliver(content)),
  async timePointer(selector, moves) {
    const target = document.querySelector(selector)!;
    const { left, top, width, height } = target.getBoundingClientRect();
    const times: number[] = [];
    for (let i = 0; i < moves; i++) {
      const place = { clientX: left + (width * (i + 0.5)) / moves, clientY: top + height * ((i * 0.37) % 1) };
      times.push(await frameAfter(() => target.dispatchEvent(new PointerEvent("pointermove", place))));
    }
    return times;
  },
  async streamFrames(messages, hertz, limit) {
    const gaps: number[] = [];
    const begin = performance.now();
    let last = begin;
    let isOn = true;
    const frame = () => {
      const now = performance.now();
      gaps.push(now - last);
      last = now;
      if (isOn) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    for (const message of messages) {
      if (performance.now() - begin > limit) break;
      model.deliver(message);
      await new Promise((resolve) => setTimeout(resolve, 1_000 / hertz));
    }
    await painted();
    isOn = false;
    return gaps;
  },
  leftovers: () => leftovers(model.listeners),
};

track();
Object.assign(globalThis, { espalierPage: api });
