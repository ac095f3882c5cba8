/** `espalier worker`: evaluates what studies on other machines ask for. */
import { Command } from "commander";
import { EspalierError } from "../errors.js";
import { type EvaluationJob, type HandlerContext, JobRefused, leaveOnSignals, startWorker } from "../queue/index.js";
import { describeComputing, JobEvaluator } from "../study/index.js";
import { addSizeOptions, addSourceOptions, openSource, type SourceOptions } from "./source.js";
import { parseSource, sourceJson } from "./sourceJson.js";
import { addQueueOption, queueUrl } from "./studyOptions.js";
import { positiveNumber, wholeNumber } from "./values.js";

interface WorkerCliOptions extends SourceOptions {
  readonly queue?: string;
  readonly queueName?: string;
  readonly seed: number;
  readonly grace: number;
}

const HELP = `
A worker needs the files that the study needs, under the same paths unless they are named here; digests are compared, and a job about
another model or other samples is refused. Ctrl-C lets it finish or give back its job; once more ends it at once.

Examples:
  espalier worker --queue redis://queue.example:6379
      serves every study on that queue, reading model and data from where each study read them
  ESPALIER_QUEUE=rediss://:password@queue.example espalier worker --model DIR --data MME.tsv
      of one study, whose files lie elsewhere on this machine`;

/** What a worker has open: one study's model and data at a time. */
class Sources {
  readonly #fixed: SourceOptions | null;
  readonly #backend: string;
  readonly #say: (sentence: string) => void;
  #open: { readonly key: string; readonly evaluator: JobEvaluator; readonly model: { dispose(): void } } | null = null;

  constructor(fixed: SourceOptions | null, backend: string, say: (sentence: string) => void) {
    this.#fixed = fixed;
    this.#backend = backend;
    this.#say = say;
  }

  /** @throws EspalierError for files that cannot be read; Stopped. */
  async evaluator(job: EvaluationJob, signal: AbortSignal): Promise<JobEvaluator> {
    const source = this.#fixed ?? parseSource(job.source);
    const key = JSON.stringify(source);
    if (this.#open?.key === key) return this.#open.evaluator;
    this.dispose();
    const everything = "everything" in source && source.everything === true;
    const { studyModel, data } = await openSource(source, {
      signal,
      warn: this.#say,
      onProgress: () => undefined,
      folder: null,
      ...(everything ? { everything } : {}),
    });
    const evaluator = await JobEvaluator.open(studyModel, data, this.#backend);
    this.#open = { key, evaluator, model: studyModel.model };
    this.#say(`${studyModel.name} with ${data.name} is open.`);
    return evaluator;
  }

  dispose(): void {
    this.#open?.evaluator.dispose();
    this.#open?.model.dispose();
    this.#open = null;
  }
}

export function workerCommand(): Command {
  const command = new Command("worker").description(
    "evaluate what studies with the same --queue ask for, until Ctrl-C",
  );
  addQueueOption(command);
  addSourceOptions(command);
  addSizeOptions(command);
  return command
    .option("--seed <n>", "of the draws that make a split, as the study's", wholeNumber(0), 0)
    .option("--grace <seconds>", "to end a job once the worker is to leave; then it is given back", positiveNumber, 30)
    .addHelpText("after", HELP)
    .action(async (options: WorkerCliOptions) => {
      const url = queueUrl(options);
      if (url === undefined) {
        throw new EspalierError(
          "A worker needs to know the queue: give --queue redis://HOST:PORT, or set ESPALIER_QUEUE.",
        );
      }
      const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
      const { code, backend } = await describeComputing();
      const named = [options.model, options.data, options.samples].some((one) => one !== undefined);
      const fixed = named ? { ...options, data: options.data, seed: options.seed } : null;
      const sources = new Sources(
        fixed === null ? null : (parseSource(sourceJson(fixed)) as SourceOptions),
        backend,
        say,
      );
      const handler = async (job: EvaluationJob, { signal, progress }: HandlerContext) => {
        const evaluator = await sources.evaluator(job, signal).catch((error: unknown) => {
          // What this machine cannot open, another one may.
          if (error instanceof EspalierError) throw new JobRefused(error.message);
          throw error;
        });
        return evaluator.run(job, signal, progress);
      };
      let jobs = 0;
      const worker = await startWorker({
        url,
        code,
        handler,
        graceMs: 1000 * options.grace,
        ...(options.queueName === undefined ? {} : { name: options.queueName }),
        onNotice: say,
        onJob: ({ id, outcome, seconds }) => {
          jobs++;
          if (outcome !== "done") say(`Job ${id.slice(0, 8)}: ${outcome} after ${seconds.toFixed(1)} s.`);
        },
      });
      say(`Waiting for jobs at ${worker.where}; Ctrl-C ends it.`);
      await new Promise<void>((resolve, reject) => {
        leaveOnSignals({ leave: () => worker.leave().then(resolve, reject) }, say);
      });
      sources.dispose();
      say(`Left after ${jobs} ${jobs === 1 ? "job" : "jobs"}.`);
    });
}
