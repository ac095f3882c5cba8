/**
 * What goes through a widget's comm. JSON alone.
 *
 * The kernel opens a comm of the target `WIDGET_TARGET`, whose id is the widget's, and is then silent until a front end says
 * `hello`; to each `hello` it answers with the whole `state`, and from then on it tells what changes. The comm belongs to the
 * output, not to a view of it: views that come and go share it, a page that was loaded again asks for the open comms and says
 * `hello` anew. The kernel's state is the truth; a front end that sets a value hears of it only where the kernel made another
 * of it.
 */

import type { FrontierData, HypervolumeLine } from "./frontierData.js";
import {
  type PairedDifference,
  type PointColumns,
  readDifference,
  readHypervolume,
  readPoints,
} from "./frontierData.js";
import { LIMITS } from "./limits.js";
import { Field } from "./reader.js";
import { type CertificateBars, readCertificate, readScheduleRow, type ScheduleRow } from "./scheduleData.js";

export const WIDGET_TARGET = "espalier.widget";
export const WIDGET_MESSAGES_VERSION = 1;

/** What both sides may set. Plain JSON. */
export interface TwoWayState {
  /** Id of the selected configuration. */
  selected: string | null;
  /** On the first cost axis. */
  budget: number | null;
  /** Two at most. */
  pinned: readonly string[];
  /** Ids within the brush, in no order; at most 1,000. */
  brushed: readonly string[];
  /** Kept shares of the edited schedule, [L]. */
  shares: readonly number[] | null;
}

export const TWO_WAY_KEYS = [
  "selected",
  "budget",
  "pinned",
  "brushed",
  "shares",
] as const satisfies readonly (keyof TwoWayState)[];

/** How far the operation that runs is. */
export interface WidgetProgress {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Seconds; null before anything is done. */
  readonly left: number | null;
}

// From the front end.

export interface HelloMessage {
  readonly type: "hello";
}
export interface SetMessage {
  readonly type: "set";
  readonly state: Partial<TwoWayState>;
}
/** Each is answered by one `reply` of the same number, unless the kernel dies. */
export interface RequestMessage {
  readonly type: "request";
  /** Chosen by the front end, unique among those without an answer. */
  readonly number: number;
  readonly what: WidgetRequest;
}
/** Asks for a request to be broken off; it is then answered with an error. */
export interface CancelMessage {
  readonly type: "cancel";
  readonly number: number;
}
/** The study's operation that runs is to stop. */
export interface StopMessage {
  readonly type: "stop";
}
/** No view of the output is left on this page; another `hello` may come. */
export interface ByeMessage {
  readonly type: "bye";
}
export type FromFrontEnd = HelloMessage | SetMessage | RequestMessage | CancelMessage | StopMessage | ByeMessage;

export type WidgetRequest =
  /** Evaluates a schedule: answered by its point (`EvaluatedSchedule`), which the linked frontier gets too. */
  | { readonly name: "evaluate"; readonly shares: readonly number[] }
  /** Evaluates what a budget gives: a configuration of the search at it. */
  | { readonly name: "evaluateBudget"; readonly budget: number }
  /** A paired comparison of two points: `PairedDifference`s, one a metric. */
  | { readonly name: "compare"; readonly a: string; readonly b: string }
  /** A point's kept shares: `ScheduleRow`. */
  | { readonly name: "schedule"; readonly id: string }
  /** Prices by layer of a schedule that has been evaluated: `CertificateBars`. */
  | { readonly name: "certificate"; readonly id: string };

// From the kernel.

export type FromKernel =
  | {
      readonly type: "state";
      readonly data: unknown;
      readonly state: Partial<TwoWayState>;
      readonly running: string | null;
    }
  /** More points, the first of which is the `from`th of all; the front end's other points stay. */
  | {
      readonly type: "append";
      readonly points: unknown;
      readonly evaluated: number;
      readonly hypervolume?: unknown;
    }
  | { readonly type: "set"; readonly state: Partial<TwoWayState> }
  | { readonly type: "status"; readonly running: string | null; readonly progress: WidgetProgress | null }
  | { readonly type: "reply"; readonly number: number; readonly value: unknown }
  | { readonly type: "reply"; readonly number: number; readonly error: string };

/** An `append`, read. */
export interface AppendedPoints {
  readonly points: PointColumns;
  readonly evaluated: number;
  readonly hypervolume: HypervolumeLine | null;
}

/** @throws DataError. */
export function readAppended(message: unknown, data: FrontierData): AppendedPoints {
  const field = new Field(message);
  return {
    points: readPoints(field.get("points"), data),
    evaluated: field.get("evaluated").integer(0, Number.MAX_SAFE_INTEGER),
    hypervolume: field.get("hypervolume").optional(readHypervolume),
  };
}

export interface WidgetStatus {
  /** Name of the operation that runs. */
  readonly running: string | null;
  readonly progress: WidgetProgress | null;
}

/** @throws DataError. */
export function readStatus(message: unknown): WidgetStatus {
  const field = new Field(message);
  return {
    running: field.get("running").optional((one) => one.string()),
    progress: field.get("progress").optional((one) => ({
      label: one.get("label").string(),
      done: one.get("done").number(0),
      total: one.get("total").number(0),
      left: one.get("left").optional((seconds) => seconds.number(0)),
    })),
  };
}

/** Of a message from either side: keys that it does not have are left out. @throws DataError. */
export function readTwoWayState(json: unknown): Partial<TwoWayState> {
  const field = new Field(json);
  const state: Partial<TwoWayState> = {};
  const has = (key: string) => typeof json === "object" && json !== null && Object.hasOwn(json, key);
  const id = (one: Field) => one.string(2 * LIMITS.name);
  if (has("selected")) state.selected = field.get("selected").optional(id);
  if (has("budget")) state.budget = field.get("budget").optional((one) => one.number());
  if (has("pinned")) state.pinned = field.get("pinned").list(2, id);
  if (has("brushed")) state.brushed = field.get("brushed").list(1_000, id);
  if (has("shares"))
    state.shares = field.get("shares").optional((one) => one.list(LIMITS.layers, (share) => share.number(0, 1)));
  return state;
}

/** A `request` of a front end. @throws DataError. */
export function readRequest(message: unknown): RequestMessage {
  const field = new Field(message);
  const what = field.get("what");
  const id = (name: string) => what.get(name).string(2 * LIMITS.name);
  const names = ["evaluate", "evaluateBudget", "compare", "schedule", "certificate"] as const;
  const read: Readonly<Record<WidgetRequest["name"], () => WidgetRequest>> = {
    evaluate: () => ({
      name: "evaluate",
      shares: what.get("shares").list(LIMITS.layers, (share) => share.number(0, 1)),
    }),
    evaluateBudget: () => ({ name: "evaluateBudget", budget: what.get("budget").number() }),
    compare: () => ({ name: "compare", a: id("a"), b: id("b") }),
    schedule: () => ({ name: "schedule", id: id("id") }),
    certificate: () => ({ name: "certificate", id: id("id") }),
  };
  const number = field.get("number").integer(0, Number.MAX_SAFE_INTEGER);
  return { type: "request", number, what: read[what.get("name").oneOf(names)]() };
}

/** What `evaluate` and `evaluateBudget` answer with. */
export interface EvaluatedSchedule {
  readonly schedule: ScheduleRow;
}

/** @throws DataError. */
export function readEvaluated(value: unknown, layers: number): EvaluatedSchedule {
  return { schedule: readScheduleRow(new Field(value).get("schedule"), layers) };
}

/** @throws DataError. */
export function readDifferences(value: unknown): PairedDifference[] {
  return new Field(value).get("differences").list(LIMITS.items, readDifference);
}

/** @throws DataError. */
export function readCertificateReply(value: unknown, layers: number): CertificateBars {
  return readCertificate(new Field(value).get("certificate"), layers);
}
