/**
 * What goes through the comm `espalier.study`, one for each study that a notebook opens. Types only, of nothing but JSON: a
 * front end shares this file.
 *
 * The kernel opens the comm with `StudyOpened` and is then silent: it sends nothing until the front end has said `hello`, and
 * nothing more once the comm is closed. To each `hello` it answers with everything (`from` 0); then it sends what changes, at
 * most 20 times a second, the last state always. The kernel closes the comm with the study. A page that was loaded again asks
 * for the open comms of the target and says `hello` to each.
 */

/** The comm's target. */
export const STUDY_TARGET = "espalier.study";
/** Raised where a field changes its meaning or goes away; unknown fields and types are to be passed over. */
export const STUDY_MESSAGES_VERSION = 1;

/** Data of `comm_open`. */
export interface StudyOpened {
  readonly version: typeof STUDY_MESSAGES_VERSION;
  readonly name: string;
  /** The study's folder on the kernel's machine; null for a study in memory. */
  readonly directory: string | null;
}

/** A configuration that has been evaluated. */
export interface StudyPoint {
  /** Schedules are chosen on validation samples and reported on test samples. */
  readonly split: "validation" | "test";
  readonly series: string;
  /** Unique within its series and split. */
  readonly configuration: string;
  /** In the study's unit; null where none was asked for. */
  readonly budget: number | null;
  /** Mean over the samples, normalised: 0 without visual tokens after layer 0, 1 with nothing pruned. */
  readonly cost: number;
  /** Mean over the samples, nats. */
  readonly divergence: number;
  /** Mean over the samples, 0 … 1. */
  readonly accuracy: number | null;
}

/** How far a part of the operation is. */
export interface StudyProgress {
  readonly part: string;
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Done a second; null before anything is done. */
  readonly rate: number | null;
  /** Seconds until the part is done; null likewise. */
  readonly left: number | null;
}

/** The last pass over the training samples that is over. */
export interface StudyEpoch {
  readonly series: string;
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Means over the pass: nats, and by how much of the cost the budgets were missed. */
  readonly divergence: number;
  readonly violation: number;
  readonly converged: boolean;
}

/** From the kernel: how the study stands. */
export interface StudyUpdate {
  readonly version: typeof STUDY_MESSAGES_VERSION;
  readonly type: "update";
  /** What runs now, such as "search"; null where nothing does. */
  readonly running: string | null;
  /** Null while nothing runs. */
  readonly progress: StudyProgress | null;
  readonly epoch: StudyEpoch | null;
  /** Place of the first of `points` among all points of the study, in the order of their evaluation. */
  readonly from: number;
  readonly points: readonly StudyPoint[];
}

/** From the front end: it shows the study and wants to hear of it. */
export interface StudyHello {
  readonly type: "hello";
}

/** From the front end: the operation that runs is to stop, as by `study.stop()`. */
export interface StudyStop {
  readonly type: "stop";
}

export type FromKernel = StudyUpdate;
export type FromFrontEnd = StudyHello | StudyStop;
