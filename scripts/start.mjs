/**
 * `npm start [-- --no-browser …]`: set-up, the quickstart notebook on the embedded model, JupyterLab. Other arguments go to
 * JupyterLab. `npm start -- --no-lab …`: the quickstart in the terminal alone; other arguments go to it.
 */
import "./setup/node_version.mjs";

const { ROOT, runProgram, setUp, takeSetupArguments } = await import("./setup/main.mjs");
const { cacheDirectory } = await import("./setup/cache.mjs");
const { provideJupyter } = await import("./setup/jupyter.mjs");
const { run } = await import("./setup/processes.mjs");
const { findCopy, keepCopy, readNotebook } = await import("./start/copy.mjs");
const { jupyterEnvironment } = await import("./start/environment.mjs");
const { runLab } = await import("./start/lab.mjs");
const { runNotebook } = await import("./start/runNotebook.mjs");
const { mkdtempSync, rmSync } = await import("node:fs");
const { tmpdir } = await import("node:os");
const { basename, join } = await import("node:path");

const NAME = "espalier-quickstart";

/** The executed quickstart in a folder: the one that is there, or a new one. */
async function provideQuickstart(folder, python, env) {
  const source = join(ROOT, "notebooks", "10_quickstart.ipynb");
  const there = findCopy(folder, NAME, readNotebook(source));
  if (there !== null) {
    console.log(`quickstart: ${there} is there already.`);
    return there;
  }
  const work = mkdtempSync(join(tmpdir(), "espalier-quickstart-"));
  const clean = () => rmSync(work, { recursive: true, force: true });
  process.once("exit", clean);
  const output = join(work, "quickstart.ipynb");
  console.log("quickstart: running the notebook on the embedded model, about a minute and a half the first time …");
  try {
    await runNotebook({ python, source, output, folder, label: "quickstart", env });
  } catch (error) {
    // What there is of the notebook may show why.
    process.removeListener("exit", clean);
    throw error;
  }
  const kept = keepCopy(folder, NAME, readNotebook(output));
  console.log(`quickstart: kept as ${kept}`);
  return kept;
}

await runProgram(async () => {
  const { variant, rest } = takeSetupArguments(process.argv.slice(2));
  await setUp({ variant });
  const args = rest.filter((argument) => argument !== "--no-lab");
  if (args.length < rest.length) {
    const program = join(ROOT, "dist", "src", "cli", "main.js");
    return (await run(process.execPath, [program, "quickstart", ...args], { show: true })).code;
  }
  const { python } = await provideJupyter("lab");
  const env = jupyterEnvironment(ROOT, cacheDirectory());
  const folder = process.cwd();
  const notebook = await provideQuickstart(folder, python, env);
  return runLab({ python, folder, notebook: basename(notebook), env, args });
});
