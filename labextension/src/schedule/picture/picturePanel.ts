/** The pictures of the set, their patches shaded by the layer at which they die, and a scrubber through the layers. */
import { element, setAttributes, shorten } from "../../core/index.js";
import type { PatchedPicture } from "../../data/index.js";
import type { ScheduleContext } from "../parts/index.js";
import { aliveCounts } from "../rules/index.js";
import { DeathLegend } from "./deathLegend.js";
import { PatchCanvas } from "./patchCanvas.js";

/** Characters of a question and of a name. */
const LONGEST_QUESTION = 400;
const LONGEST_NAME = 60;

export class PicturePanel {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #image = element("img", { class: "espalier-schedule-image" });
  readonly #canvas = new PatchCanvas();
  readonly #stage = element("div", { class: "espalier-schedule-stage" }, this.#image, this.#canvas.element);
  readonly #legend = new DeathLegend();
  readonly #place = element("span");
  readonly #question = element("p", { class: "espalier-schedule-question" });
  readonly #alive = element("p", { class: "espalier-schedule-alive" });
  readonly #patch = element("p", { class: "espalier-schedule-note" });
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  readonly #range: HTMLInputElement;
  readonly #choice: HTMLSelectElement;
  readonly #shaded: HTMLInputElement;
  #at = 0;
  /** The schedule that the user chose here; null follows the edited one. */
  #chosen: string | null = null;
  #drawn: PatchedPicture | null = null;
  #counts: { readonly deaths: Uint16Array; readonly alive: Uint32Array } | null = null;

  constructor(context: ScheduleContext) {
    this.#context = context;
    const { state, host, disposers } = context;
    const t = host.translate;
    const redraw = () => context.redraw("pictures");
    const button = (label: string, text: string, by: number) => {
      const one = element("button", {
        class: "espalier-button",
        text,
        attributes: { type: "button", "aria-label": label },
      });
      one.addEventListener("click", () => this.#go(by));
      return one;
    };
    this.#previous = button(t("Previous picture"), "‹", -1);
    this.#next = button(t("Next picture"), "›", 1);
    this.#range = element("input", {
      attributes: { type: "range", min: 0, step: 1, "aria-label": t("Layer of the picture") },
    });
    this.#range.addEventListener("input", () => state.choose(Number(this.#range.value)));
    this.#choice = element("select");
    this.#choice.addEventListener("change", () => {
      this.#chosen = this.#choice.value;
      redraw();
    });
    this.#shaded = element("input", { attributes: { type: "checkbox", checked: true } });
    this.#shaded.addEventListener("change", redraw);
    this.element = element(
      "div",
      { class: "espalier-schedule-pictures", attributes: { role: "group", "aria-label": t("Pictures") } },
      element("div", { class: "espalier-schedule-row" }, this.#previous, this.#place, this.#next),
      this.#question,
      element("div", { class: "espalier-schedule-view" }, this.#stage, this.#legend.element, this.#range, this.#alive),
      element("div", { class: "espalier-schedule-row" }, element("label", {}, t("Gone in"), " ", this.#choice)),
      element(
        "div",
        { class: "espalier-schedule-row" },
        element("label", {}, this.#shaded, t("shade patches by layer")),
      ),
      this.#patch,
    );
    const observer = new ResizeObserver(redraw);
    observer.observe(this.#stage);
    disposers.add(() => observer.disconnect());
    this.#image.addEventListener("load", redraw);
    this.#image.addEventListener("error", () => {
      if (this.#image.hasAttribute("src")) this.#patch.textContent = t("The picture is damaged and cannot be shown.");
    });
    this.#canvas.element.addEventListener("pointermove", (event) => this.#tellPatch(event));
  }

  draw(): void {
    const { state, host, theme } = this.#context;
    const { pictures, layers } = state.data;
    this.element.hidden = pictures.length === 0;
    this.#at = Math.max(0, Math.min(this.#at, pictures.length - 1));
    const picture = pictures[this.#at];
    if (picture === undefined) return;
    if (picture !== this.#drawn) this.#begin(picture);
    const schedule = this.#drawChoice(picture);
    const deaths = schedule === null ? null : picture.death.get(schedule)!;
    const { layer } = state;
    const { rows, columns } = picture;
    const scene = { rows, columns, deaths, layers, layer, shaded: this.#shaded.checked, theme: theme() };
    this.#canvas.draw(scene);
    this.#legend.draw({
      deaths,
      layers,
      layer,
      width: Math.max(160, this.#stage.clientWidth),
      theme: theme(),
      translate: host.translate,
    });
    const text = this.#aliveText(deaths, layer, rows * columns);
    this.#alive.textContent = text;
    this.#range.max = String(layers - 1);
    this.#range.value = String(layer);
    this.#range.style.width = `${this.#stage.clientWidth}px`;
    setAttributes(this.#range, { "aria-valuetext": text });
  }

  #go(by: number): void {
    const { state, live, redraw } = this.#context;
    const { pictures } = state.data;
    const at = Math.min(pictures.length - 1, Math.max(0, this.#at + by));
    if (at === this.#at) return;
    this.#at = at;
    redraw("pictures");
    live.say(`${this.#placeText()}. ${shorten(pictures[at]!.question ?? "", LONGEST_QUESTION)}`);
  }

  #placeText(): string {
    const { state, host } = this.#context;
    const { pictures } = state.data;
    const values = { number: this.#at + 1, all: pictures.length, id: shorten(pictures[this.#at]!.id, LONGEST_NAME) };
    return host.translate("Picture {number} of {all}: {id}", values);
  }

  #begin(picture: PatchedPicture): void {
    const { state, host } = this.#context;
    const t = host.translate;
    const all = state.data.pictures.length;
    this.#drawn = picture;
    this.#patch.textContent = "";
    const { image, mime, rows, columns, question } = picture;
    // The reader of the data has seen that these are letters of base64 and one of two types.
    this.#image.src = `data:${mime};base64,${image}`;
    this.#place.textContent = this.#placeText();
    this.#question.textContent = question === null ? "" : shorten(question, LONGEST_QUESTION);
    this.#question.hidden = question === null;
    this.#image.alt =
      question === null
        ? this.#place.textContent
        : t("Picture of the question: {question}", { question: shorten(question, LONGEST_QUESTION) });
    this.#stage.style.setProperty("aspect-ratio", `${columns} / ${rows}`);
    setAttributes(this.#previous, { "aria-disabled": this.#at === 0 ? "true" : null });
    setAttributes(this.#next, { "aria-disabled": this.#at === all - 1 ? "true" : null });
  }

  /** Fills the list of schedules whose deaths are known. @returns the one that is shown. */
  #drawChoice({ death }: PatchedPicture): string | null {
    const { state } = this.#context;
    const known = [...death.keys()];
    const preferred = [this.#chosen, state.base.id].find((id) => id !== null && death.has(id));
    const schedule = preferred ?? known[0] ?? null;
    const names = known.map((id) => shorten(state.entries.find(id)?.row.label ?? id, LONGEST_NAME));
    const same =
      this.#choice.options.length === known.length && known.every((id, i) => this.#choice.options[i]!.value === id);
    if (!same)
      this.#choice.replaceChildren(
        ...known.map((id, i) => element("option", { text: names[i]!, attributes: { value: id } })),
      );
    if (schedule !== null) this.#choice.value = schedule;
    this.#choice.disabled = known.length === 0;
    return schedule;
  }

  #aliveText(deaths: Uint16Array | null, layer: number, patches: number): string {
    const t = this.#context.host.translate;
    if (deaths === null) return t("It is not known which patches die in this picture.");
    if (this.#counts?.deaths !== deaths)
      this.#counts = { deaths, alive: aliveCounts(deaths, this.#context.state.data.layers) };
    return t("layer {layer}: {alive} of {patches} patches alive", {
      layer,
      alive: this.#counts.alive[layer]!,
      patches,
    });
  }

  #tellPatch({ clientX, clientY }: PointerEvent): void {
    const picture = this.#drawn;
    if (picture === null) return;
    const { layers } = this.#context.state.data;
    const t = this.#context.host.translate;
    const patch = this.#canvas.patchAt(picture, clientX, clientY);
    const deaths = picture.death.get(this.#choice.value);
    if (patch === null || deaths === undefined) return;
    const death = deaths[patch]!;
    const values = { row: Math.floor(patch / picture.columns), column: patch % picture.columns, layer: death };
    this.#patch.textContent =
      death >= layers
        ? t("Patch in row {row}, column {column}: stays to the end", values)
        : t("Patch in row {row}, column {column}: gone from layer {layer}", values);
  }
}
