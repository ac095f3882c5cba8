/** Runs a notebook through the kernel without a browser, and shows how far it is. */
import { join } from "node:path";
import { SetupFailure } from "../setup/failure.mjs";
import { run } from "../setup/processes.mjs";

/** Between two drawings of a cell's seconds on a terminal. */
const DRAW_MS = 1000;

/** Shows events of run_notebook.py: on a terminal the running cell with its seconds, elsewhere a line for each cell that ended. */
class CellProgress {
  #out;
  #label;
  #current = null;
  #timer;

  constructor(label, out = process.stdout) {
    this.#label = label;
    this.#out = out;
  }

  #line(seconds) {
    const { cell, cells, title } = this.#current;
    const line = `${this.#label}: cell ${cell} of ${cells}, ${seconds.toFixed(seconds < 10 ? 1 : 0)} s  ${title}`;
    return line.slice(0, Math.max(40, (this.#out.columns ?? 110) - 1));
  }

  begin(event) {
    this.#current = event;
    if (!this.#out.isTTY) return;
    const start = Date.now();
    const draw = () => this.#out.write(`\r\x1b[2K${this.#line((Date.now() - start) / 1000)}`);
    draw();
    this.#timer = setInterval(draw, DRAW_MS);
  }

  end({ seconds }) {
    this.clear();
    this.#out.write(`${this.#line(seconds)}\n`);
  }

  clear() {
    clearInterval(this.#timer);
    if (this.#out.isTTY) this.#out.write("\r\x1b[2K");
  }
}

/**
 * @param {{python: string, source: string, output: string, folder: string, label: string, env: Record<string, string>}} job
 *   output: where the executed notebook goes, also when a cell fails; folder: what the cells' relative paths are relative to.
 * @returns {Promise<{seconds: number, peak: number | null}>} what it took; peak: bytes of resident memory.
 * @throws SetupFailure that names the error of the cell, or of the kernel.
 */
export async function runNotebook({ python, source, output, folder, label, env }) {
  const progress = new CellProgress(label);
  let cell = 0;
  let failure = "";
  let took = { seconds: 0, peak: null };
  const onLine = (line) => {
    if (!line.startsWith("{")) return;
    const event = JSON.parse(line);
    if (event.event === "begin") {
      cell = event.cell;
      progress.begin(event);
    } else if (event.event === "end") progress.end(event);
    else if (event.event === "finished") took = { seconds: event.seconds, peak: event.peak };
    else failure = event.message;
  };
  const program = join(import.meta.dirname, "..", "run_notebook.py");
  const { code, errors } = await run(python, [program, source, output, folder], { env, onLine });
  progress.clear();
  if (code === 0) return took;
  const reason = failure || errors.trim().split("\n").at(-1) || `the program ended with code ${code}`;
  throw new SetupFailure(
    `${label} failed${cell > 0 ? ` in cell ${cell}` : ""}: ${reason}\nWhat there is of it is in ${output}.`,
  );
}
