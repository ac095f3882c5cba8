/** Tells the front end how a study stands, through a comm (`studyMessages.ts`). */
import type { CurrentKernel } from "../../kernel/src/api/index.js";
import { Pace, type Study, type StudyEvents } from "../study/index.js";
import { STUDY_MESSAGES_VERSION, STUDY_TARGET, type StudyPoint, type StudyUpdate } from "./studyMessages.js";

/** Between two messages, at least. */
export const MESSAGE_MS = 50;

/** Opens the comm of a study. It is closed with the study. */
export function openStudyComm(study: Study, comms: CurrentKernel["comms"]): void {
  const version = STUDY_MESSAGES_VERSION;
  const comm = comms.open(STUDY_TARGET, { version, name: study.name, directory: study.directory });
  const points: StudyPoint[] = study.evaluations().map(pointOf);
  const pace = new Pace();
  let progress: StudyUpdate["progress"] = null;
  let epoch: StudyUpdate["epoch"] = null;
  let isWanted = false;
  /** Points that have been sent. */
  let sent = 0;
  let last = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;

  const send = (): void => {
    clearTimeout(timer);
    timer = undefined;
    last = performance.now();
    const update: StudyUpdate = {
      version,
      type: "update",
      running: study.running,
      progress,
      epoch,
      from: sent,
      points: points.slice(sent),
    };
    sent = points.length;
    comm.send({ ...update });
  };
  const changed = (): void => {
    if (!isWanted || timer !== undefined) return;
    const wait = last + MESSAGE_MS - performance.now();
    if (wait <= 0) send();
    else timer = setTimeout(send, wait);
  };
  const on = <E extends keyof StudyEvents>(event: E, take: (value: StudyEvents[E]) => void) =>
    study.on(event, (value) => {
      take(value);
      changed();
    });
  const stops = [
    on("progress", (value) => {
      const { rate, left } = pace.at(value, performance.now());
      progress = { ...value, rate, left };
    }),
    on("evaluation", (value) => points.push(pointOf(value))),
    on("epoch", (value) => {
      epoch = value;
    }),
    on("state", () => {
      progress = null;
    }),
  ];
  stops.push(study.on("closed", () => comm.close()));

  comm.onMessage(({ data }) => {
    if (data["type"] === "stop") study.stop();
    if (data["type"] !== "hello") return;
    isWanted = true;
    sent = 0;
    send();
  });
  comm.onClose(() => {
    isWanted = false;
    clearTimeout(timer);
    for (const stop of stops) stop();
  });
}

function pointOf({
  split,
  series,
  configuration,
  budget,
  cost,
  divergence,
  accuracy,
}: StudyEvents["evaluation"]): StudyPoint {
  return { split, series, configuration, budget, cost, divergence, accuracy };
}
