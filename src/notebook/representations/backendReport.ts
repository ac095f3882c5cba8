/** The tensor backend in use, and how to get a better one. */
import type { Representation } from "../../../kernel/src/api/index.js";
import type { BackendReport } from "../../tensor/index.js";
import { fieldsOf } from "./shape.js";

export const backendReport: Representation = (value) => {
  if (!isReport(value)) return undefined;
  const { backend, forced, tfjs, library, cuda, device, threads, better } = value;
  const facts = [
    ...(library === null ? [] : [library]),
    ...(cuda === null ? [] : [`CUDA ${cuda}`]),
    `TensorFlow.js ${tfjs}`,
    `${device}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
  ];
  const lines = [
    `Backend ${backend}${forced ? ", as asked for" : ""}: ${facts.join(" · ")}`,
    ...better.map((one) => `not ${one.backend}: ${one.why}; ${one.remedy}`),
  ];
  return { "text/plain": lines.join("\n") };
};

function isReport(value: object): value is BackendReport {
  const fields = fieldsOf(value, ["backend", "forced", "tfjs", "library", "cuda", "device", "threads", "better"]);
  return typeof fields?.backend === "string" && Array.isArray(fields.better);
}
