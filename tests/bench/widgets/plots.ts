/** The frontier widget beside plain Vega-Lite, in one Chromium, by turns: first draw, update, stream. */
import { sampleColumns, sampleFrontier } from "../../labextension/page/frontierSample.js";
import type { PageApi } from "../../labextension/page/pageApi.js";
import { plainRows } from "../../labextension/page/plainRows.js";
import { launchChromium, WidgetPage } from "../../labextension/page/widgetPage.js";
import { type Spread, spreadOf } from "./spread.js";

const SIZES = [10_000, 100_000];
/** Points of an update or of a message of the stream. */
const ADDED = 50;
const STREAM = { messages: 100, hertz: 50, limit: 4_000 };
/** Until the widget has drawn what may come later. */
const SETTLED_MS = 400;
/** At a hundred thousand points one draw of plain Vega-Lite takes seconds. */
const RUNS = { draws: 7, updates: 15, slowDraws: 3, slowUpdates: 3 };

type Page = { espalierPage: PageApi };

/** Milliseconds; frames a second of the stream. */
export interface PlotRow {
  readonly draw: Spread;
  readonly update: Spread;
  readonly framesPerSecond: number;
}

export interface PlotsBench {
  readonly points: number;
  /** `frame`: what an update takes of the frame that draws it; plain Vega-Lite draws outside of frames. */
  readonly own: PlotRow & { readonly hover: Spread; readonly frame: Spread };
  readonly plain: PlotRow;
}

/** One of the two, on a page of its own. */
class Subject {
  readonly page: WidgetPage;
  readonly #render: string;
  readonly #data: (points: number) => unknown;
  readonly #message: (first: number) => object;

  constructor(page: WidgetPage, render: string, data: (points: number) => unknown, message: (first: number) => object) {
    this.page = page;
    this.#render = render;
    this.#data = data;
    this.#message = message;
  }

  async draw(points: number): Promise<number> {
    const { page } = this.page;
    await page.bringToFront();
    const { painted } = await page.evaluate(
      ([render, data]) => (globalThis as unknown as Page).espalierPage.timeMount(render, data, { live: true }),
      [this.#render, this.#data(points)] as const,
    );
    await page.waitForTimeout(SETTLED_MS);
    return painted;
  }

  update(first: number): Promise<number> {
    return this.#deliver("timeDeliver", first);
  }

  frame(first: number): Promise<number> {
    return this.#deliver("timeFrame", first);
  }

  async #deliver(measure: "timeDeliver" | "timeFrame", first: number): Promise<number> {
    const { page } = this.page;
    await page.bringToFront();
    const time = await page.evaluate(([name, message]) => (globalThis as unknown as Page).espalierPage[name](message), [
      measure,
      this.#message(first),
    ] as const);
    await page.waitForTimeout(60);
    return time;
  }

  async stream(first: number): Promise<number> {
    const { page } = this.page;
    await page.bringToFront();
    const { messages, hertz, limit } = STREAM;
    const all = Array.from({ length: messages }, (_, i) => this.#message(first + i * ADDED));
    const gaps = await page.evaluate(
      ([given, rate, most]) => (globalThis as unknown as Page).espalierPage.streamFrames(given, rate, most),
      [all, hertz, limit] as const,
    );
    return (1_000 * gaps.length) / gaps.reduce((a, b) => a + b, 0);
  }

  async hover(): Promise<number[]> {
    await this.page.page.bringToFront();
    return this.page.page.evaluate(() =>
      (globalThis as unknown as Page).espalierPage.timePointer(".espalier-plot-focus", 40),
    );
  }
}

/** Measures; the first draw of each, which loads and compiles, is not counted. */
export async function benchPlots(): Promise<PlotsBench[]> {
  const browser = await launchChromium();
  try {
    const own = new Subject(
      await WidgetPage.open(browser, { widget: "frontier" }),
      "renderFrontier",
      (points) => sampleFrontier({ points }),
      (first) => ({ type: "append", points: sampleColumns({ points: ADDED, first }), evaluated: first + ADDED }),
    );
    const entry = "tests/labextension/page/browser/plainVega.ts";
    const plain = new Subject(
      await WidgetPage.open(browser, { widget: "frontier", entry }),
      "renderPlainVega",
      (points) => plainRows({ points }),
      (first) => ({ rows: plainRows({ points: ADDED, first }) }),
    );
    for (const subject of [own, plain]) await subject.draw(1_000);
    const rows: PlotsBench[] = [];
    for (const points of SIZES) rows.push(await compare(points, own, plain));
    const { errors } = own.page;
    if (errors.length > 0) throw new Error(errors.join("\n"));
    return rows;
  } finally {
    await browser.close();
  }
}

async function compare(points: number, own: Subject, plain: Subject): Promise<PlotsBench> {
  const isSlow = points > 10_000;
  const subjects = [own, plain] as const;
  const times = subjects.map(() => ({ draws: [] as number[], updates: [] as number[] }));
  for (let i = 0; i < RUNS.draws; i++) {
    for (const [s, subject] of subjects.entries())
      if (subject === own || !isSlow || i < RUNS.slowDraws) times[s]!.draws.push(await subject.draw(points));
  }
  const first = (i: number) => points + i * ADDED;
  for (let i = 0; i < RUNS.updates; i++) {
    for (const [s, subject] of subjects.entries())
      if (subject === own || !isSlow || i < RUNS.slowUpdates) times[s]!.updates.push(await subject.update(first(i)));
  }
  const hover = spreadOf(await own.hover());
  const inFrame: number[] = [];
  for (let i = 0; i < RUNS.updates; i++) inFrame.push(await own.frame(first(RUNS.updates + i)));
  const [ownRow, plainRow] = times.map(({ draws, updates }) => ({ draw: spreadOf(draws), update: spreadOf(updates) }));
  const frames: number[] = [];
  for (const subject of subjects) frames.push(await subject.stream(first(2 * RUNS.updates)));
  return {
    points,
    own: { ...ownRow!, framesPerSecond: frames[0]!, hover, frame: spreadOf(inFrame) },
    plain: { ...plainRow!, framesPerSecond: frames[1]! },
  };
}
