/** A command that works on a study: progress, Ctrl-C, and the sentence that says how to go on. */
import { join } from "node:path";
import { type EvaluationQueue, openRedisQueue } from "../queue/index.js";
import { createStudy, describeComputing, type Study, studyFolder } from "../study/index.js";
import { Stopped } from "../tensor/index.js";
import { commandLine, INTERRUPTED, onInterrupt } from "./interrupt.js";
import { ProgressLine } from "./progress.js";
import { openSource, type SourceOptions } from "./source.js";
import { sourceJson } from "./sourceJson.js";
import { type QueueCliOptions, queueUrl, type StudyCliOptions } from "./studyOptions.js";

export interface SessionOptions {
  readonly source: SourceOptions & QueueCliOptions;
  readonly study: Omit<StudyCliOptions, "name" | "storage"> & {
    readonly name: string;
    readonly storage: string | null;
  };
  /** Every sample is scored, none trained on. */
  readonly everything?: boolean;
  /** What was typed behind `espalier`. */
  readonly args: readonly string[];
}

/** What a command's work is given. */
export interface Session {
  readonly study: Study;
  /** Whether nothing had to be computed so far. */
  readonly reused: () => boolean;
  /** Prints a line on stderr. */
  readonly say: (sentence: string) => void;
}

/**
 * Opens model, data and study, works, and closes them.
 *
 * @returns what the work returned; undefined after Ctrl-C, with the exit code set and a sentence printed.
 */
export async function withStudy<T>(
  options: SessionOptions,
  work: (session: Session) => Promise<T>,
): Promise<T | undefined> {
  const progress = new ProgressLine();
  const say = (sentence: string) => {
    progress.clear();
    process.stderr.write(`${sentence}\n`);
  };
  const { signal, dispose } = onInterrupt(say);
  const { storage, ...rest } = options.study;
  let model: { dispose(): void } | undefined;
  let study: Study | undefined;
  let queue: EvaluationQueue | undefined;
  try {
    const source = await openSource(options.source, {
      signal,
      warn: say,
      onProgress: (event) => progress.update(event),
      folder: storage === null ? null : studyFolder(storage, rest.name),
      ...(options.everything === undefined ? {} : { everything: options.everything }),
    });
    model = source.studyModel.model;
    const url = queueUrl(options.source);
    if (url !== undefined) {
      const { code } = await describeComputing();
      const { queueName } = options.source;
      queue = await openRedisQueue({
        url,
        code,
        onNotice: say,
        ...(queueName === undefined ? {} : { name: queueName }),
      });
    }
    study = await createStudy({
      ...rest,
      ...(queue === undefined ? {} : { queue }),
      source: sourceJson({ ...options.source, ...(options.everything ? { everything: true } : {}) }),
      model: source.studyModel,
      data: source.data,
      ...(storage === null ? {} : { storage }),
      signal,
      warn: say,
    });
    let reused = true;
    study.on("progress", (event) => progress.update(event));
    study.on("state", (event) => {
      if (!event.running && event.operation !== "results") reused &&= event.reused;
    });
    return await work({ study, reused: () => reused, say });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const kept = storage === null ? "" : ` What is finished is in ${join(storage, rest.name)}.`;
    say(`Stopped.${kept} This goes on from there: ${commandLine(options.args)}`);
    process.exitCode = INTERRUPTED;
    return undefined;
  } finally {
    progress.clear();
    await study?.close();
    await queue?.close();
    model?.dispose();
    dispose();
  }
}
