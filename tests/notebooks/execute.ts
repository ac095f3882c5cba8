/** Running notebooks of the checkout on copies, and reading what came out. */
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { type ExecutedNotebook, type Jupyter, ROOT } from "../kernel/jupyter/jupyter.js";

export const FOLDER = join(ROOT, "notebooks");

export type Cell = ExecutedNotebook["cells"][number];

export const read = (path: string) => JSON.parse(readFileSync(path, "utf8")) as ExecutedNotebook;
export const joined = (text: unknown) => (Array.isArray(text) ? text.join("") : String(text ?? ""));
export const codeOf = ({ cells }: ExecutedNotebook) => cells.filter(({ cell_type }) => cell_type === "code");
export const outputsOf = (cells: readonly Cell[]) => cells.flatMap(({ outputs }) => outputs ?? []);

/** What stands below a cell as text: what it printed, then what it shows. */
export function textBelow(notebook: ExecutedNotebook, id: string): string {
  const outputs = outputsOf(notebook.cells.filter((cell) => cell.id === id));
  return outputs.map(({ text, data }) => joined(text ?? data?.["text/plain"])).join("\n");
}

/**
 * Runs a copy with few samples.
 *
 * @param name of the copy, below the folder of `jupyter`.
 * @param env checkpoints and files in the place of what ships; default none.
 * @param folder where the notebook runs; default a new one.
 * @returns once it ran without an error; fails the test otherwise, with the cell's error.
 */
export async function executeQuickly(
  jupyter: Jupyter,
  file: string,
  name: string,
  env: Readonly<Record<string, string>> = {},
  folder = join(jupyter.folder, `${name} runs`),
): Promise<ExecutedNotebook> {
  const output = join(jupyter.folder, name);
  mkdirSync(folder, { recursive: true });
  const { code, errors } = await jupyter.python(
    [join(ROOT, "scripts", "run_notebook.py"), join(FOLDER, file), output, folder],
    {
      ESPALIER_SMOKE: "1",
      ESPALIER_QUEUE: "",
      ESPALIER_MODEL: "",
      ESPALIER_DATA: "",
      ESPALIER_OTHER_MODEL: "",
      ...env,
    },
  );
  const executed = read(output);
  const failed = outputsOf(codeOf(executed)).find(({ output_type }) => output_type === "error");
  const evalue = (failed as { evalue?: string } | undefined)?.evalue;
  expect(code, `${failed?.ename ?? ""} ${joined(evalue)} ${errors}`).to.equal(0);
  return executed;
}
