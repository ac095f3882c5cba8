/**
 * `npm start [-- --no-lab …]`: set-up, then the quickstart on the embedded model. Other arguments go to the quickstart.
 */
import "./setup/node_version.mjs";

const { ROOT, runProgram, setUp, takeSetupArguments } = await import("./setup/main.mjs");
const { run } = await import("./setup/processes.mjs");
const { join } = await import("node:path");

await runProgram(async () => {
  const { variant, rest } = takeSetupArguments(process.argv.slice(2));
  await setUp({ variant });
  const program = join(ROOT, "dist", "src", "cli", "main.js");
  const args = rest.filter((argument) => argument !== "--no-lab");
  const { code } = await run(process.execPath, [program, "quickstart", ...args], { show: true });
  if (code === 0 && args.length === rest.length) {
    console.log(
      "JupyterLab opens here once the kernel package is part of the checkout; until then this is all of npm start.",
    );
  }
  return code;
});
