/** What the widget shows and how it changes: plain data and rules, free of the DOM. */
import type { CertificateBars, ScheduleData, ScheduleRow } from "../../data/index.js";
import { ScheduleEntries } from "./entries.js";
import { History } from "./history.js";
import { predictCost } from "./prediction.js";
import { type Neighbours, sameShares, setShare, validShares } from "./snapping.js";
import { withinToken } from "./tokens.js";

/** The part that has changed. */
export type StateChange = "shares" | "released" | "schedules" | "layer" | "result" | "certificate" | "data";

/** An evaluation that has come back. */
export interface EvaluationResult {
  readonly row: ScheduleRow;
  /** The one evaluated before it; the schedule that was begun with, at first. */
  readonly before: ScheduleRow;
}

/** Evaluations that are remembered. */
const MOST_ASKED = 200;

interface Edit {
  /** Id of the schedule that was begun with. */
  readonly base: string;
  readonly shares: readonly number[];
}

export class ScheduleState {
  #data: ScheduleData;
  readonly entries: ScheduleEntries;
  neighbours: Neighbours = "together";
  result: EvaluationResult | null = null;
  #certificate: CertificateBars | null;
  #history: History<Edit>;
  #edit: Edit;
  /** Shares when the drag began; null while there is none. */
  #start: readonly number[] | null = null;
  #layer: number;
  /** What was asked for by each evaluation, the last first, since a row holds means of what was executed. */
  readonly #asked: { readonly shares: readonly number[]; readonly row: ScheduleRow }[] = [];
  readonly #listeners = new Set<(change: StateChange) => void>();

  constructor(data: ScheduleData) {
    this.#data = data;
    this.entries = new ScheduleEntries(data.schedules);
    this.#certificate = data.certificate;
    this.#edit = this.#editOf(data.schedules[0]!);
    this.#history = new History(this.#edit);
    this.#layer = Math.min(1, data.layers - 1);
  }

  get data(): ScheduleData {
    return this.#data;
  }

  /** Of the schedule that is edited, as they are now, [L]. */
  get shares(): readonly number[] {
    return this.#edit.shares;
  }

  /** The schedule that was begun with. */
  get base(): ScheduleRow {
    return (this.entries.find(this.#edit.base) ?? this.entries.list[0]!).row;
  }

  get edited(): boolean {
    return !sameShares(this.shares, validShares(this.base.shares, this.#data.mayRise));
  }

  /** The layer that is looked at: of the handle, the scrubber and the readout. */
  get layer(): number {
    return this.#layer;
  }

  get dragging(): boolean {
    return this.#start !== null;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  get certificate(): CertificateBars | null {
    return this.#certificate;
  }

  /** Normalised; null where it cannot be told without a kernel. */
  get predictedCost(): number | null {
    return this.#data.prediction === null ? null : predictCost(this.#data.prediction, this.shares);
  }

  /** Likewise where nothing is pruned: 1 on a relative axis. */
  get fullCost(): number | null {
    const { prediction, layers, costAxis } = this.#data;
    if (costAxis.format === "percent") return 1;
    return prediction === null ? null : predictCost(prediction, new Array<number>(layers).fill(1));
  }

  /** The evaluated schedule that has these shares; null where there is none. */
  get evaluated(): ScheduleRow | null {
    if (!this.edited && this.base.divergence !== null) return this.base;
    const asked = this.#asked.find(({ shares }) => sameShares(shares, this.shares));
    return asked?.row ?? null;
  }

  onChange(listener: (change: StateChange) => void): void {
    this.#listeners.add(listener);
  }

  choose(layer: number): void {
    const next = Math.min(this.#data.layers - 1, Math.max(0, Math.round(layer)));
    if (next === this.#layer || !Number.isFinite(next)) return;
    this.release();
    this.#layer = next;
    this.#tell("layer");
  }

  /** Sets the share of the chosen layer; the first time begins a drag, which `release` or `giveUp` ends. */
  drag(share: number): void {
    this.#start ??= this.shares;
    const { neighbours } = this;
    const shares = setShare(this.#start, this.#layer, share, { neighbours, mayRise: this.#data.mayRise });
    if (sameShares(shares, this.shares)) return;
    this.#edit = { ...this.#edit, shares };
    this.#tell("shares");
  }

  /** Ends a drag: what it made can be undone as one. */
  release(): void {
    const start = this.#start;
    this.#start = null;
    if (start !== null && !sameShares(start, this.shares)) this.#commit(this.#edit);
  }

  /** Ends a drag and puts everything back. */
  giveUp(): void {
    if (this.#start === null) return;
    this.#edit = { ...this.#edit, shares: this.#start };
    this.#start = null;
    this.#tell("shares");
  }

  /** Edits another schedule. */
  edit(id: string): void {
    const entry = this.entries.find(id);
    if (entry === undefined) return;
    this.giveUp();
    this.entries.show(id, true);
    const edit = this.#editOf(entry.row);
    if (edit.base !== this.#edit.base || !sameShares(edit.shares, this.shares)) this.#commit(edit);
    this.#tell("schedules");
  }

  /** Goes back to the schedule that was begun with. */
  reset(): void {
    this.edit(this.base.id);
  }

  undo(): void {
    this.giveUp();
    if (this.#history.canUndo) this.#go(this.#history.undo());
  }

  redo(): void {
    this.giveUp();
    if (this.#history.canRedo) this.#go(this.#history.redo());
  }

  /** Takes shares that another view or the kernel has set; null for those of the data's first schedule. */
  receive(shares: readonly number[] | null): void {
    if (shares !== null && shares.length !== this.#data.layers) return;
    const valid = validShares(shares ?? this.#data.schedules[0]!.shares, this.#data.mayRise);
    if (sameShares(valid, this.shares)) return;
    this.giveUp();
    const known = this.entries.list.find(({ row }) => sameShares(this.#editOf(row).shares, valid));
    this.#history.push({ base: known?.row.id ?? this.#edit.base, shares: valid });
    this.#take(this.#history.current);
  }

  show(id: string, shown: boolean): void {
    this.entries.show(id, shown);
    this.#tell("schedules");
  }

  /** Lays a schedule that was asked for over the others. */
  addAsked(row: ScheduleRow): void {
    this.entries.add(row, "asked", this.base.id);
    this.entries.show(row.id, true);
    this.#tell("schedules");
  }

  /** @param shares that were asked for. */
  addEvaluated(row: ScheduleRow, shares: readonly number[]): void {
    const before = this.result?.row ?? this.base;
    this.entries.add(row, "evaluated", this.base.id);
    this.#asked.unshift({ shares, row });
    this.#asked.splice(MOST_ASKED);
    this.result = { row, before };
    this.#tell("schedules");
    this.#tell("result");
  }

  setCertificate(certificate: CertificateBars): void {
    this.#certificate = certificate;
    this.#tell("certificate");
  }

  /** New data of the same output: what is being edited stays, unless there are other layers now. */
  replaceData(data: ScheduleData): void {
    const fits = data.layers === this.#data.layers;
    if (!fits) this.giveUp();
    this.#data = data;
    const before = new Set(this.entries.list.map(({ row }) => row.id));
    this.entries.replaceData(data.schedules);
    // One that has just been evaluated would only lie on the bars.
    for (const { row } of this.entries.list)
      if (!before.has(row.id) && !withinToken(row.shares, this.shares, data.visualTokens))
        this.entries.show(row.id, true);
    this.#certificate = data.certificate ?? (fits ? this.#certificate : null);
    if (!fits) {
      this.#edit = this.#editOf(data.schedules[0]!);
      this.#history = new History(this.#edit);
      this.#asked.splice(0);
      this.result = null;
    }
    this.#layer = Math.min(this.#layer, data.layers - 1);
    this.#tell("data");
  }

  #editOf({ id, shares }: ScheduleRow): Edit {
    return { base: id, shares: validShares(shares, this.#data.mayRise) };
  }

  #commit(edit: Edit): void {
    this.#history.push(edit);
    this.#go(edit);
  }

  /** To be told to other views too. */
  #go(edit: Edit): void {
    this.#take(edit);
    this.#tell("released");
  }

  #take(edit: Edit): void {
    const other = edit.base !== this.#edit.base;
    this.#edit = edit;
    if (other) {
      this.entries.show(edit.base, true);
      this.result = null;
      this.#tell("schedules");
    }
    this.#tell("shares");
  }

  #tell(change: StateChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
