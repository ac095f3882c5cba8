/** The frontier widget in JupyterLab with a real kernel: from a cell to its drawing, and from a selection to the kernel and back. */
import { closeBrowser } from "../../browser/chromium.js";
import { LabServer, type NotebookPage } from "../../browser/lab.js";
import { type Spread, spreadOf } from "./spread.js";

const RUNS = { cells: 15, selections: 30 };
/** Runs before the first that counts: modules are loaded, code is compiled. */
const WARM_UP = 4;

const CELLS = [
  `import { createStudy, EMBEDDED_DIRECTORY, embeddedData, frontier, Processor } from "espalier";
const data = await embeddedData(Processor.fromDirectory(EMBEDDED_DIRECTORY), { sizes: { train: 16, validation: 8, test: 8 } });
const study = await createStudy({ model: EMBEDDED_DIRECTORY, data });
await study.search({ epochs: 1, scouts: 0 });
const results = await study.results();`,
  "const view = frontier(results);",
  'view.on("selected", () => { view.budget = Math.random(); });',
];

/** Milliseconds. */
export interface NotebookBench {
  readonly cell: Spread;
  readonly selection: Spread;
}

export async function benchNotebook(): Promise<NotebookBench> {
  const lab = await LabServer.start("plain");
  try {
    lab.writeNotebook("bench.ipynb", CELLS);
    const notebook = await lab.open("bench.ipynb");
    await notebook.page.evaluate(WATCH);
    await notebook.run(0);
    const cells: number[] = [];
    for (let i = 0; i < WARM_UP + RUNS.cells; i++) cells.push(await cellToDrawn(notebook));
    await notebook.run(2);
    const selections: number[] = [];
    for (let i = 0; i < WARM_UP + RUNS.selections; i++)
      selections.push(await selectionAndBack(notebook, i % 2 === 0 ? "ArrowRight" : "ArrowLeft"));
    if (notebook.errors.length > 0) throw new Error(notebook.errors.join("\n"));
    return { cell: spreadOf(cells.slice(WARM_UP)), selection: spreadOf(selections.slice(WARM_UP)) };
  } finally {
    await closeBrowser();
    await lab.stop();
  }
}

/**
 * In the page: `benchAfterKey(key, isDone)` takes the time from that key's next press to the paint that follows the change
 * that makes `isDone` true; the promise of it is `benchTime`.
 */
const WATCH = `globalThis.benchAfterKey = (key, isDone) => void (globalThis.benchTime = new Promise((resolve, reject) => {
  let begin = 0;
  setTimeout(() => reject(new Error("Nothing changed within half a minute of " + key + ".")), 30_000);
  addEventListener("keydown", function press(event) {
    if (event.key !== key) return;
    removeEventListener("keydown", press, true);
    begin = performance.now();
    const observer = new MutationObserver(() => {
      if (!isDone()) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - begin);
        port2.postMessage(null);
      });
    });
    observer.observe(document.body, { subtree: true, childList: true, attributes: true });
  }, true);
}));`;

/** From the key that starts the cell to the painted plot, axes included. */
async function cellToDrawn(notebook: NotebookPage): Promise<number> {
  const { page } = notebook;
  await notebook.cell(1).locator(".jp-InputArea-editor").click();
  await page.evaluate(`(() => {
    const before = document.querySelector(".espalier-chart canvas");
    benchAfterKey("Enter", () => {
      const now = document.querySelector(".espalier-chart canvas");
      return now !== null && now !== before;
    });
  })()`);
  await page.keyboard.press("Control+Enter");
  const milliseconds = (await page.evaluate("benchTime")) as number;
  await notebook.ended(1);
  // The figures for other front ends are made, and the kernel rests.
  await page.waitForTimeout(1_500);
  return milliseconds;
}

/** From the key that selects a point to the budget that the kernel sets because of it. @param step goes to that point. */
async function selectionAndBack(notebook: NotebookPage, step: string): Promise<number> {
  const { page } = notebook;
  const frontier = notebook.output(1).locator(".espalier").first();
  await frontier.getByRole("listbox").focus();
  await page.keyboard.press(step);
  await page.waitForTimeout(100);
  await page.evaluate(`(() => {
    const slider = document.querySelector(".espalier-budget");
    const before = slider.getAttribute("aria-valuenow");
    benchAfterKey("Enter", () => slider.getAttribute("aria-valuenow") !== before);
  })()`);
  await page.keyboard.press("Enter");
  const milliseconds = (await page.evaluate("benchTime")) as number;
  await page.waitForTimeout(100);
  return milliseconds;
}
