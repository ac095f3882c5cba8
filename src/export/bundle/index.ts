/** Evidence bundles: a study with everything that its tables and figures are made from, and their verification. `BUNDLE.md` explains them. */
export { LIMITS } from "./archive.js";
export { type CheckVerdict, TOLERANCE, type Tolerance } from "./compare.js";
export type { JournalContents } from "./journalContents.js";
export { BUNDLE_FORMAT, BUNDLE_VERSION, type BundledFile, type BundledStudy, type Manifest } from "./manifest.js";
export { parseNotebook } from "./notebook.js";
export { notebookSection } from "./notebookSection.js";
export {
  type Bundle,
  type BundleOptions,
  type NotebookToBundle,
  packBundle,
  type StudyToBundle,
} from "./pack.js";
export { pointScheduleName, scheduleOfPoint } from "./pointSchedule.js";
export { chooseReruns, compareRerun, RERUN_TOLERANCE, type Rerun, rerunSchedule } from "./rerun.js";
export { fingerprintOf, parsePrivateKey, parsePublicKey } from "./signature.js";
export { renderChecks, renderVerification, verificationJson } from "./verificationText.js";
export { type Check, type Verification, type VerifyOptions, verifyBundle } from "./verify.js";
