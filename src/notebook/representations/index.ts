/** How the library's values are shown in a notebook. To add a kind: a file, and a line here. */
import { type Representation, registerRepresentation } from "../../../kernel/src/api/index.js";
import { backendReport } from "./backendReport.js";
import { certificate } from "./certificate.js";
import { estimate } from "./estimate.js";
import { mean } from "./mean.js";
import { benchmarkItem, picture, studySample } from "./picture.js";
import { points } from "./points.js";
import { results } from "./results.js";
import { best, schedule } from "./schedule.js";
import { specification } from "./specification.js";
import { study } from "./study.js";
import { studyData } from "./studyData.js";

/** In no order: a value is of one kind at most. A mean is also a point, but points are shown as a list only. */
const REPRESENTATIONS: readonly Representation[] = [
  study,
  studyData,
  results,
  points,
  mean,
  best,
  schedule,
  certificate,
  specification,
  estimate,
  backendReport,
  picture,
  benchmarkItem,
  studySample,
];

/** Makes them known to the kernel. */
export function registerRepresentations(): void {
  for (const representation of REPRESENTATIONS) registerRepresentation(representation);
}
