import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { type EvaluationJob, JobRefused, LocalEvaluationQueue } from "../../../src/queue/index.js";
import {
  describeComputing,
  JobEvaluator,
  loadStudyModel,
  type StudyModel,
  samplesData,
} from "../../../src/study/index.js";
import { readJournal } from "../../../src/study/journal.js";
import { Random, Stopped } from "../../../src/tensor/index.js";
import { MAIN } from "../../cli/cli.js";
import { endsWithUs } from "../../queue/children.js";
import { TestRedis } from "../../queue/redis.js";
import { rejection } from "../../scripts/scripts.js";
import { openTiny, SEARCH, SIZES, wholeStudy } from "../runStudy.js";
import { temporaryFolder, writeTiny } from "../tiny.js";

const RUN = fileURLToPath(new URL("../runStudy.js", import.meta.url));
const WORKER = fileURLToPath(new URL("worker.js", import.meta.url));
/** Times that a process is killed, or the Redis restarted, in the fault test; `ESPALIER_KILLS=100` for a long one. */
const KILLS = Number(process.env["ESPALIER_KILLS"] ?? 8);

/** A child of the tests, with what it printed. */
interface Child {
  readonly process: ChildProcess;
  readonly said: () => string;
  /** The exit code; null after a signal. */
  readonly closed: Promise<number | null>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const options = { stdio: ["ignore", "pipe", "pipe"] as ["ignore", "pipe", "pipe"], env: { ...process.env, ...env } };
  const child = endsWithUs(spawn(process.execPath, args, options));
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  const closed = once(child, "close").then(([code]) => code as number | null);
  return { process: child, said: () => said, closed };
}

async function end(child: Child, signal: NodeJS.Signals): Promise<number | null> {
  child.process.kill(signal);
  return child.closed;
}

describe("study/evaluations, in a queue", function () {
  this.timeout(180_000 + 10_000 * KILLS);
  let folder: string;
  let storage: string;
  let studyModel: StudyModel;
  let evaluator: JobEvaluator;

  /** A journal but for what a clock decides, and for how often a process sat down to it. */
  const journal = (name: string): unknown[] =>
    readJournal(path.join(storage, name, "journal.jsonl"))
      .filter(({ kind }) => kind !== "session")
      .map((entry) =>
        JSON.parse(
          JSON.stringify(entry, (key, value) => (/seconds/i.test(key) ? 0 : value === name ? "the study" : value)),
        ),
      );

  before(async () => {
    folder = temporaryFolder();
    storage = path.join(folder, "runs");
    await writeTiny(folder, SIZES);
    studyModel = await loadStudyModel(path.join(folder, "model"));
    const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
    evaluator = await JobEvaluator.open(studyModel, data, (await describeComputing()).backend);
    const study = await openTiny(folder, storage, "alone");
    await wholeStudy(study);
    await study.close();
  });
  after(() => {
    evaluator.dispose();
    studyModel.model.dispose();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("a study has the same journal as on its own", async () => {
    const queue = new LocalEvaluationQueue((job, { signal, progress }) => evaluator.run(job, signal, progress));
    const study = await openTiny(folder, storage, "queued", queue);
    await wholeStudy(study);
    await study.close();
    await queue.close();
    expect(journal("queued")).to.deep.equal(journal("alone"));
  });

  it("a study that is stopped withdraws what it asked for, and goes on", async () => {
    let running = 0;
    let withdrawn = 0;
    const queue = new LocalEvaluationQueue(async (job, { signal, progress }) => {
      running++;
      try {
        return await evaluator.run(job, signal, progress);
      } catch (error) {
        if (error instanceof Stopped) withdrawn++;
        throw error;
      }
    });
    const study = await openTiny(folder, storage, "stopped", queue);
    const stop = new AbortController();
    const silent = study.on("progress", ({ part }) => {
      if (part === "searcher" && running > 0) stop.abort();
    });
    expect(await rejection(study.rival("random", { evaluations: 64, signal: stop.signal }))).to.be.instanceOf(Stopped);
    silent();
    await pause(100);
    await study.rival("random", { evaluations: 64 });
    await study.close();
    await queue.close();
    expect(withdrawn).to.be.at.most(1);
    const alone = await openTiny(folder, storage, "stopped alone");
    await alone.rival("random", { evaluations: 64 });
    await alone.close();
    expect(journal("stopped")).to.deep.equal(journal("stopped alone"));
  });

  it("a worker refuses what is not its own", async () => {
    const jobs: EvaluationJob[] = [];
    const queue = new LocalEvaluationQueue(async (job) => {
      jobs.push(job);
      throw new JobRefused("enough");
    });
    const study = await openTiny(folder, undefined, "asked", queue);
    expect((await rejection(study.search(SEARCH))).message).to.match(/enough/);
    await study.close();
    await queue.close();
    const [job] = jobs;
    const { signal } = new AbortController();
    const refused = async (changed: Partial<EvaluationJob>) => {
      const error = await rejection(evaluator.run({ ...job, ...changed }, signal));
      expect(error, error.stack).to.be.instanceOf(JobRefused);
      return error.message;
    };
    expect(await refused({ model: "another" })).to.match(/about a model with the digest another.*--model/);
    expect(await refused({ samples: { ...job.samples, digest: "others" } })).to.match(/samples with the digest others/);
    expect(await refused({ backend: "abacus" })).to.match(/with abacus and this worker with .*rounds differently/);
  });

  describe("with a real Redis", () => {
    let redis: TestRedis;
    before(async () => {
      redis = await TestRedis.start();
    });
    after(() => redis.stop());

    it("espalier search with workers of the command line finds what it finds alone", async () => {
      const args = ["search", "--model", path.join(folder, "model"), "--samples"];
      args.push(path.join(folder, "samples.safetensors"), "--train", "16", "--validation", "6", "--test", "6");
      args.push("--budgets", ".3,.6", "--epochs", "2", "--scouts", "0", "--rivals", "random", "--evaluations", "20");
      args.push("--storage", storage);
      const workers = [0, 1].map(() => start([MAIN, "worker"], { ESPALIER_QUEUE: redis.url }));
      for (const [name, env] of [
        ["command alone", {}],
        ["command queued", { ESPALIER_QUEUE: redis.url }],
      ] as const) {
        const child = start([MAIN, ...args, "--name", name], env);
        expect(await child.closed, child.said()).to.equal(0);
      }
      expect(journal("command queued")).to.deep.equal(journal("command alone"));
      const told = await Promise.all(
        workers.map(async (worker) => {
          expect(await end(worker, "SIGTERM"), worker.said()).to.equal(0);
          return worker.said();
        }),
      );
      for (const said of told) expect(said).to.match(/Waiting for jobs at .*Left after \d+ jobs?\./s);
      expect(told.join()).to.match(/model with samples\.safetensors is open/);
    });

    it(`killed ${KILLS} times, studies and workers and the Redis, they end with the undisturbed journal`, async () => {
      const random = new Random(7);
      const workers = [0, 1].map(() => start([WORKER, folder, redis.url]));
      const last = Date.now() + 120_000 + 8_000 * KILLS;
      const strike = async (study: Child) => {
        const what = random.choice(["study", "worker", "worker", "redis"]);
        if (what === "study") {
          await end(study, "SIGKILL");
        } else if (what === "worker") {
          const index = random.integer(0, 1);
          await end(workers[index], "SIGKILL");
          workers[index] = start([WORKER, folder, redis.url]);
        } else {
          await redis.end("SIGKILL");
          await pause(random.between(0, 300));
          await redis.begin();
        }
      };
      // One study after the other, until there have been so many strikes.
      for (let kills = 0, round = 0; kills < KILLS; round++) {
        const name = `killed ${round}`;
        const begin = () => start([RUN, folder, storage, name, redis.url]);
        const over = (child: Child) => child.process.exitCode === 0;
        const dead = ({ process: { exitCode, signalCode } }: Child) => exitCode !== null || signalCode !== null;
        let study = begin();
        while (!over(study)) {
          expect(Date.now(), study.said()).to.be.below(last);
          if (dead(study)) study = begin();
          await pause(kills < KILLS ? random.between(200, 1500) : 100);
          if (kills >= KILLS || dead(study)) continue;
          kills++;
          await strike(study);
        }
        expect(journal(name)).to.deep.equal(journal("alone"));
        // What is kept in the Redis would serve the next study.
        const client = redis.client();
        await client.flushall();
        client.disconnect();
      }
      for (const worker of workers) await end(worker, "SIGTERM");
    });
  });
});
