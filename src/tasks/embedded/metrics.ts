/** Metrics of the embedded benchmark's tasks: those of the benchmarks that they mirror. */
import {
  contains,
  joinSpelled,
  type Metric,
  multipleChoiceAccuracy,
  relaxedAccuracy,
  vqaAccuracy,
  yesNoAccuracy,
} from "../metrics/index.js";

/** The metric on answers that the tiny vocabulary spells character by character: "4 7" is 47. */
function spelled(metric: Metric): Metric {
  return (prediction, answers, ...rest) => metric(joinSpelled(prediction), answers.map(joinSpelled), ...rest);
}

/** By the task's name. */
export const EMBEDDED_METRICS: Readonly<Record<string, Metric>> = {
  "attribute-choice": multipleChoiceAccuracy,
  attribute: spelled(vqaAccuracy),
  // SEEDBench offers options; here they are only two, yes and no.
  relation: yesNoAccuracy,
  count: multipleChoiceAccuracy,
  existence: yesNoAccuracy,
  chart: spelled(relaxedAccuracy),
  word: spelled(contains),
  sign: spelled(vqaAccuracy),
};
