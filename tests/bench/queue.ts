/**
 * What a queue in a Redis costs: milliseconds a job with a handler that does nothing, jobs a second of one and of two worker
 * processes that compute, and, from what that took of Redis, study and worker, what 1,000 workers would do.
 *
 *     node dist/tests/bench/queue.js [jobs] [computing jobs]      default 2000 and 80; prints JSON; half a minute
 */
import { readFile } from "node:fs/promises";
import { cpus } from "node:os";
import { pathToFileURL } from "node:url";
import type { Redis } from "ioredis";
import { type EvaluationJob, evaluationJob, openRedisQueue } from "../../src/queue/index.js";
import { TestRedis } from "../queue/redis.js";
import { startProcess } from "../queue/workerProcess.js";
import { simulateLoad } from "./queue/loadModel.js";

/** As of a study: samples of a split, layers of Qwen2.5-VL-3B. */
const SAMPLES = 64;
const LAYERS = 36;
const COMPUTE_MS = 50;
const CODE = "bench";
const TARGETS = { overheadMs: 2, ratio: 0.9 };
const MODELLED = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Seconds of computing that the model gives a job: an evaluation on a picture's worth of samples takes at least that. */
const MODELLED_SECONDS = 1;

let made = 0;

/** Jobs that nobody has submitted before. */
function newJobs(count: number): EvaluationJob[] {
  return Array.from({ length: count }, () => {
    made++;
    return evaluationJob({
      code: CODE,
      backend: "none",
      model: "sha256:model",
      samples: { digest: "sha256:samples", indices: Array.from({ length: SAMPLES }, (_, s) => s) },
      selector: { name: "fastv", seed: 0 },
      counts: Array.from({ length: SAMPLES }, (_, s) =>
        Array.from({ length: LAYERS }, (_, i) => made + s + LAYERS - i),
      ),
      metric: "exact",
      source: { directory: "/models/tiny" },
    });
  });
}

/** Seconds that the server has computed. */
async function redisSeconds(client: Redis): Promise<number> {
  const info = await client.info("cpu");
  return [...info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm)].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}

/** Seconds that a process has computed (Linux; 0 elsewhere, where a worker counts as costing nothing). */
async function processSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return text === "" ? 0 : (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Submits jobs to so many workers. @returns wall-clock seconds, and what was computed where. */
async function run(redis: TestRedis, client: Redis, name: string, workers: number, ms: number, jobs: number) {
  const options = { url: redis.url, code: CODE, name, ms, computes: true, constant: true };
  const processes = await Promise.all(Array.from({ length: workers }, () => startProcess(options)));
  const queue = await openRedisQueue({ url: redis.url, code: CODE, name });
  try {
    await queue.submit(newJobs(Math.ceil(jobs / 10)));
    const batch = newJobs(jobs);
    const before = [await redisSeconds(client), await processSeconds(processes[0].pid)];
    const own = process.cpuUsage();
    const started = performance.now();
    await queue.submit(batch);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(own);
    return {
      seconds,
      redis: (await redisSeconds(client)) - before[0],
      worker: (await processSeconds(processes[0].pid)) - before[1],
      study: (user + system) / 1e6,
    };
  } finally {
    await queue.close();
    for (const process of processes) process.kill("SIGTERM");
    await Promise.all(processes.map(({ ended }) => ended));
  }
}

export async function benchQueue(jobs = 2000, computing = 80) {
  // As a server is set up that is to lose no more than a second's work.
  const redis = await TestRedis.start({ args: ["--appendfsync", "everysec"] });
  const client = redis.client();
  try {
    const idle = await run(redis, client, "overhead", 1, 0, jobs);
    const perSecond: number[] = [];
    for (const workers of [1, 2]) {
      const { seconds } = await run(redis, client, `workers-${workers}`, workers, COMPUTE_MS, workers * computing);
      perSecond.push((workers * computing) / seconds);
    }
    const [redisPerJob, studyPerJob, workerPerJob] = [idle.redis, idle.study, idle.worker].map(
      (seconds) => seconds / jobs,
    );
    const model = MODELLED.map((workers) => {
      const given = { redis: redisPerJob, study: studyPerJob, worker: workerPerJob, compute: MODELLED_SECONDS };
      const rate = simulateLoad({ ...given, inFlight: Math.max(64, 2 * workers) }, workers);
      return { workers, jobsPerSecond: rate, share: rate / (workers / (MODELLED_SECONDS + workerPerJob)) };
    });
    return {
      cores: cpus().length,
      jobs,
      bytesPerJob: Buffer.byteLength(JSON.stringify(newJobs(1)[0])),
      overheadMs: (1000 * idle.seconds) / jobs,
      computedMs: { redis: 1000 * redisPerJob, study: 1000 * studyPerJob, worker: 1000 * workerPerJob },
      computeMs: COMPUTE_MS,
      jobsPerSecond: { one: perSecond[0], two: perSecond[1] },
      ratio: perSecond[1] / (2 * perSecond[0]),
      model: { seconds: MODELLED_SECONDS, rows: model },
      targets: TARGETS,
    };
  } finally {
    client.disconnect();
    await redis.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [jobs, computing] = process.argv.slice(2).map(Number);
  console.log(JSON.stringify(await benchQueue(jobs, computing), null, 1));
}
