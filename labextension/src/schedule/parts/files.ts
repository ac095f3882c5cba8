/** Taking the edited schedule elsewhere. */
import { INK } from "../../../../src/figures/browser.js";
import { formatNumber, formatValue, shorten, type Theme } from "../../core/index.js";
import { type ChartScene, pngOf, svgText } from "../chart/index.js";
import { codeOf, scheduleFileText, scheduleTable } from "../rules/index.js";
import type { ScheduleContext } from "./context.js";

/** Files are for paper and for any page: always on white. */
const PAPER: Theme = {
  dark: false,
  forced: false,
  text: INK.text,
  secondary: INK.secondary,
  axis: INK.axis,
  grid: INK.grid,
  page: INK.page,
  accent: "#b35900",
};

/** Characters of a title and of a name in a drawing. */
const LONGEST_TITLE = 80;
const LONGEST_NAME = 50;

export class Files {
  readonly #context: ScheduleContext;
  readonly #scene: (theme: Theme) => ChartScene;

  /** @param scene the chart as it is now, in another theme and with room for a header, without a chosen layer. */
  constructor(context: ScheduleContext, scene: (theme: Theme) => ChartScene) {
    this.#context = context;
    this.#scene = scene;
  }

  copyCode(): Promise<void> {
    const { state, host } = this.#context;
    return host.copyText(codeOf(state.data.code ?? "{shares}", state.shares));
  }

  saveSchedule(): void {
    const { state } = this.#context;
    const { base, edited, predictedCost, data } = state;
    const costUnit = data.costAxis.key;
    const about = { schedule: base.label, edited, predictedCost, costUnit, visualTokens: data.visualTokens };
    this.#save("json", "application/json", scheduleFileText(state.shares, about));
  }

  saveTable(): void {
    const { state, host } = this.#context;
    const { base, edited, shares } = state;
    const label = edited ? host.translate("{schedule}, edited", { schedule: base.label }) : base.label;
    const others = state.entries.shown.map(({ row }) => row).filter(({ id }) => edited || id !== base.id);
    this.#save("csv", "text/csv", scheduleTable([{ label, shares }, ...others], state.data.visualTokens));
  }

  saveSvg(): void {
    this.#save("svg", "image/svg+xml", this.#svg(this.#scene(PAPER)));
  }

  /** @throws Error where the browser cannot draw it. */
  async savePng(): Promise<void> {
    const scene = this.#scene(PAPER);
    this.#context.host.saveFile("schedule.png", await pngOf(this.#svg(scene), scene.layout));
  }

  #svg(scene: ChartScene): string {
    const { state, host } = this.#context;
    const title = shorten(state.data.title, LONGEST_TITLE);
    return svgText(scene, {
      title,
      subtitle: this.#subtitle(),
      description: host.translate("Kept visual tokens by layer."),
    });
  }

  #subtitle(): string {
    const { state, host } = this.#context;
    const t = host.translate;
    const { base, edited, predictedCost, evaluated } = state;
    const schedule = shorten(base.label, LONGEST_NAME);
    const parts = [edited ? t("Bars: {schedule}, edited", { schedule }) : t("Bars: {schedule}", { schedule })];
    if (predictedCost !== null)
      parts.push(t("cost {share}", { share: formatValue(state.data.costAxis, predictedCost, 3) }));
    if (evaluated?.divergence != null)
      parts.push(t("divergence {nats} nats", { nats: formatNumber(evaluated.divergence, 3) }));
    return parts.join(" · ");
  }

  #save(ending: string, type: string, text: string): void {
    this.#context.host.saveFile(`schedule.${ending}`, new Blob([text], { type }));
  }
}
