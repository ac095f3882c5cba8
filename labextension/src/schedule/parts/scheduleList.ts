/** The schedules that lie over one another: which is edited, which are shown, and what is known of each. */
import { element, formatNumber, formatValue, shorten, stylesOf, type Theme, uniqueId } from "../../core/index.js";
import { barSwatch, lineSwatch, type SceneLine } from "../chart/index.js";
import type { ScheduleEntry } from "../rules/index.js";
import type { ScheduleContext } from "./context.js";

const percent = { format: "percent", unit: "" } as const;
/** Characters of a name in the list. */
const LONGEST_NAME = 80;

interface ListRow {
  readonly element: HTMLTableRowElement;
  readonly edit: HTMLInputElement;
  readonly show: HTMLInputElement;
  readonly swatch: HTMLElement;
  readonly name: HTMLElement;
  readonly cells: readonly HTMLElement[];
}

export class ScheduleList {
  readonly element: HTMLElement;
  readonly #context: ScheduleContext;
  readonly #body = element("tbody");
  readonly #rows = new Map<string, ListRow>();
  readonly #group = uniqueId("edited");
  readonly #chosen: (id: string) => void;

  /** @param chosen called when the user has chosen the schedule to edit. */
  constructor(context: ScheduleContext, chosen: (id: string) => void) {
    this.#context = context;
    this.#chosen = chosen;
    const t = context.host.translate;
    const heads = ["Edit", "Show", "Schedule", "Cost", "Divergence, nats", "Accuracy"].map((name) =>
      element("th", { text: t(name), attributes: { scope: "col" } }),
    );
    const table = element(
      "table",
      { attributes: { "aria-label": t("Schedules") } },
      element("thead", {}, element("tr", {}, ...heads)),
      this.#body,
    );
    this.element = element("div", { class: "espalier-schedule-list" }, table);
  }

  draw(): void {
    const { state } = this.#context;
    const list = state.entries.list;
    const ids = new Set(list.map(({ row }) => row.id));
    for (const [id, row] of this.#rows) {
      if (ids.has(id)) continue;
      row.element.remove();
      this.#rows.delete(id);
    }
    list.forEach((entry, i) => {
      const row = this.#rows.get(entry.row.id) ?? this.#begin(entry);
      // Moved only where it is elsewhere: moving would take the focus from it.
      if (this.#body.children[i] !== row.element) this.#body.insertBefore(row.element, this.#body.children[i] ?? null);
      this.#drawRow(row, entry);
    });
  }

  #begin({ row: { id } }: ScheduleEntry): ListRow {
    const { state } = this.#context;
    const edit = element("input", { attributes: { type: "radio", name: this.#group } });
    const show = element("input", { attributes: { type: "checkbox" } });
    edit.addEventListener("change", () => this.#chosen(id));
    show.addEventListener("change", () => state.show(id, show.checked));
    const [swatch, name] = [element("span"), element("span")];
    const cells = [0, 1, 2].map(() => element("td", { class: "espalier-schedule-number" }));
    const row = {
      ...{ edit, show, swatch, name, cells },
      element: element(
        "tr",
        {},
        element("td", {}, edit),
        element("td", {}, show),
        element("th", { attributes: { scope: "row" } }, swatch, name),
        ...cells,
      ),
    };
    this.#rows.set(id, row);
    return row;
  }

  #drawRow({ edit, show, swatch, name, cells }: ListRow, entry: ScheduleEntry): void {
    const { state, host, theme } = this.#context;
    const t = host.translate;
    const { row } = entry;
    const based = state.base.id === row.id;
    edit.checked = based;
    show.checked = state.entries.isShown(row.id);
    edit.setAttribute("aria-label", t("Edit {schedule}", { schedule: row.label }));
    show.setAttribute("aria-label", t("Show {schedule}", { schedule: row.label }));
    const samples = [lineSwatch(lineOf(entry, theme()))];
    if (based) samples.unshift(barSwatch({ theme: theme() }));
    if (based && !state.edited) samples.pop();
    swatch.replaceChildren(...samples);
    name.textContent =
      based && state.edited
        ? `${shorten(row.label, LONGEST_NAME)} ${t("(bars: edited)")}`
        : shorten(row.label, LONGEST_NAME);
    name.title = row.label;
    const { digits } = host.settings;
    const known = [
      row.cost === null ? "–" : formatValue(state.data.costAxis, row.cost, digits),
      row.divergence === null ? "–" : formatNumber(row.divergence, digits),
      row.accuracy === null ? "–" : formatValue(percent, row.accuracy, digits),
    ];
    known.forEach((text, i) => {
      cells[i]!.textContent = text;
    });
  }

  /** Schedules as lines, those that are shown: but not the edited one while it is as it was, since bars show it. */
  lines(theme: Theme): SceneLine[] {
    const { state } = this.#context;
    return state.entries.shown
      .filter(({ row }) => row.id !== state.base.id || state.edited)
      .map((entry) => lineOf(entry, theme));
  }
}

function lineOf({ row, place }: ScheduleEntry, theme: Theme): SceneLine {
  // One style a place, so that it stays when others come and go.
  const places = Array.from({ length: place + 1 }, (_, i) => `schedule ${i}`);
  const style = stylesOf(places, theme).get(places[place]!)!;
  return { label: row.label, shares: row.shares, style };
}
