/**
 * `npm run notebooks [-- NAME …]`: runs notebooks in place, each in a fresh folder, and enters their time and memory in
 * notebooks/README.md. NAME is a number or the beginning of a file's name; none is all of them.
 *
 * `--smoke`: quickly and with few samples, as the tests do; nothing is written. `--folder DIR`: they run in DIR, where their
 * studies are kept and gone on with. With ESPALIER_MODEL, ESPALIER_DATA or ESPALIER_OTHER_MODEL, notebooks that read them run in
 * runs/notebooks instead and stay there: those of the checkout, and their table, are about what ships.
 */
import "./setup/node_version.mjs";

const { runProgram, setUp } = await import("./setup/main.mjs");
const { provideJupyter } = await import("./setup/jupyter.mjs");
const { parseNotebookArguments, runNotebooks } = await import("./notebooks/run.mjs");

await runProgram(async () => {
  const options = parseNotebookArguments(process.argv.slice(2));
  await setUp();
  const { python } = await provideJupyter("test");
  await runNotebooks({ ...options, python });
  return 0;
});
