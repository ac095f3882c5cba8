/**
 * `npm test [-- mocha's arguments]`: set-up, then every test. The last line is `tests: N passed, N failed`.
 */
import "./setup/node_version.mjs";

const { ROOT, runProgram, setUp } = await import("./setup/main.mjs");
const { run } = await import("./setup/processes.mjs");
const { mkdtempSync, readFileSync, rmSync } = await import("node:fs");
const { tmpdir } = await import("node:os");
const { join } = await import("node:path");

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    console.error("The test run ended before it could count its tests.");
    return { passed: 0, failed: 1 };
  }
}

/** The reporter that the user wants to see; the one that counts shows it. */
function takeReporter(args) {
  const at = args.findIndex((argument) => argument === "--reporter" || argument === "-R");
  if (at < 0) return { reporter: "dot", rest: args };
  return { reporter: args[at + 1] ?? "dot", rest: args.toSpliced(at, 2) };
}

await runProgram(async () => {
  await setUp();
  const folder = mkdtempSync(join(tmpdir(), "espalier-tests-"));
  const counts = join(folder, "counts.json");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const mocha = join(ROOT, "node_modules", "mocha", "bin", "mocha.js");
  const { reporter, rest } = takeReporter(process.argv.slice(2));
  const env = { ESPALIER_TEST_COUNTS: counts, ESPALIER_TEST_REPORTER: reporter };
  const command = [mocha, "--reporter", join(ROOT, "scripts", "count_tests.mjs"), ...rest];
  const { code } = await run(process.execPath, command, { cwd: ROOT, env, show: true });
  const { passed, failed } = readCounts(counts);
  console.log(`tests: ${passed} passed, ${failed} failed`);
  return failed > 0 && code === 0 ? 1 : code;
});
