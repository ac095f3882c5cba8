/** A worker of a tiny study that is quickly given up when it is killed: node worker.js FOLDER QUEUE */
import path from "node:path";
import { leaveOnSignals, startWorker } from "../../../src/queue/index.js";
import { describeComputing, JobEvaluator, loadStudyModel, samplesData } from "../../../src/study/index.js";
import { SIZES } from "../runStudy.js";

const [folder, url] = process.argv.slice(2);
const studyModel = await loadStudyModel(path.join(folder, "model"));
const data = await samplesData(path.join(folder, "samples.safetensors"), { sizes: SIZES });
const { code, backend } = await describeComputing();
const evaluator = await JobEvaluator.open(studyModel, data, backend);
const worker = await startWorker({
  ...{ url, code, graceMs: 1000, lockMs: 2000, stalledMs: 500, connectMs: 20_000 },
  handler: (job, { signal, progress }) => evaluator.run(job, signal, progress),
  onNotice: () => undefined,
});
leaveOnSignals(worker);
console.log("ready");
