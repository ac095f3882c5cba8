/**
 * What TypeScript takes of a cell and of a completion, in the thread that calls it: a session that has imported the whole library, in
 * which cells that use it follow cells that do not.
 *
 *     node dist/tests/bench/language.js       prints JSON; milliseconds, memory in megabytes
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { TypeScriptLanguage } from "../../kernel/src/language/typeScriptLanguage.js";
import { type Spread, spreadOf } from "./widgets/spread.js";

const ROUNDS = 50;
/** Rounds before the first that counts: code is compiled. */
const WARM_UP = 10;

/** By the round, because most text that is written is new. */
const CELLS = {
  plain: () => "1+1",
  declaring: (round: number) => `const v${round} = ${round}; function f${round}(x: number) { return x + v${round}; }`,
  library: () => "espalier.EspalierError",
  widget: (round: number) => `const s${round} = schedule({ shares: [1, 0.5, 0.25] });`,
  importing: () => 'import { frontier } from "espalier"; frontier',
} as const;

const DRAFTS = {
  members: (round: number) => `const written = ${round};\nMath.`,
  library: (round: number) => `const written = ${round};\nespalier.`,
  names: (round: number) => `const written = ${round};\nsch`,
} as const;

export interface LanguageBench {
  /** From the text to what can run. */
  readonly convert: Readonly<Record<keyof typeof CELLS, Spread>>;
  /** After the run: the next cell waits for it. */
  readonly settle: Readonly<Record<keyof typeof CELLS, Spread>>;
  readonly complete: Readonly<Record<keyof typeof DRAFTS, Spread>>;
  readonly memory: number;
}

export async function benchLanguage(): Promise<LanguageBench> {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "bench-language-")));
  const types = (name: string) => fileURLToPath(new URL(`../../${name}.d.ts`, import.meta.url));
  const language = new TypeScriptLanguage({
    folder,
    provided: { espalier: types("src/notebook/espalier"), "@espalier/kernel": types("kernel/src/api/notebook") },
    globals: [types("kernel/src/api/globals")],
  });
  try {
    return await measure(language);
  } finally {
    await language.close();
    fs.rmSync(folder, { recursive: true });
  }
}

async function measure(language: TypeScriptLanguage): Promise<LanguageBench> {
  let cell = 0;
  const run = async (code: string): Promise<{ readonly convert: number; readonly settle: number }> => {
    cell++;
    const [convert, converted] = await timed(() => language.convert({ cell, code }));
    if (!converted.ok) throw new Error(converted.diagnostics.map(({ message }) => message).join("\n"));
    const [settle] = await timed(() => language.settle(cell));
    return { convert, settle };
  };
  await run('import * as espalier from "espalier"; import { schedule } from "espalier";');
  const times = new Map<string, number[]>();
  const note = (name: string, value: number) => times.set(name, [...(times.get(name) ?? []), value]);
  for (let round = 0; round < WARM_UP + ROUNDS; round++) {
    for (const [name, code] of Object.entries(CELLS)) {
      const { convert, settle } = await run(code(round));
      note(`convert ${name}`, convert);
      note(`settle ${name}`, settle);
    }
    for (const [name, draft] of Object.entries(DRAFTS)) {
      const code = draft(round);
      const [time] = await timed(() => language.complete(code, code.length));
      note(`complete ${name}`, time);
    }
  }
  const spreads = <Names extends object>(what: string, names: Names) =>
    Object.fromEntries(
      Object.keys(names).map((name) => [name, spreadOf(times.get(`${what} ${name}`)!.slice(WARM_UP))]),
    ) as Record<keyof Names, Spread>;
  return {
    convert: spreads("convert", CELLS),
    settle: spreads("settle", CELLS),
    complete: spreads("complete", DRAFTS),
    memory: process.memoryUsage().rss / 1e6,
  };
}

async function timed<Result>(work: () => Promise<Result>): Promise<readonly [number, Result]> {
  const begin = performance.now();
  const result = await work();
  return [performance.now() - begin, result];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  console.log(JSON.stringify(await benchLanguage(), null, 2));
