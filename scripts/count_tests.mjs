/** A mocha reporter that shows what another one shows and writes how many tests passed and failed to a file. */
import { writeFileSync } from "node:fs";
import Mocha from "mocha";

/** Used by scripts/test.mjs, which names the file and the reporter to show in the environment. */
export default function CountingReporter(runner, options) {
  const Shown = Mocha.reporters[process.env.ESPALIER_TEST_REPORTER];
  runner.once("end", () => {
    const { passes: passed, failures: failed } = runner.stats;
    writeFileSync(process.env.ESPALIER_TEST_COUNTS, JSON.stringify({ passed, failed }));
  });
  return new Shown(runner, options);
}
