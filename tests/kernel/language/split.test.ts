// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells hold template strings
import { expect } from "chai";
import fc from "fast-check";
import { Notebook } from "./notebook.js";

/** Statements that can follow one another in any number; each changes or reads what those before it made. */
const statements = fc.oneof(
  fc.constantFrom(
    "a += 1;",
    "b = a * 2;",
    "[a, b] = [b % 100, a];",
    "({ x: a = 3, y: b } = { x: undefined, y: a });",
    "list.push(a);",
  ),
  fc.constantFrom(
    "set(b + 1);",
    "for (const v of gen()) list.push(v);",
    "for (let i = 0; i < 3; i++) later.push(() => i + a);",
  ),
  fc.constantFrom(
    "list.push(...later.map((f) => f()));",
    "o.n?.(); o = { n: () => { b++; return b }, a };",
    "c = new C(a).inc();",
  ),
  fc.constantFrom(
    "try { throw a } catch (b) { list.push(b as number) } finally { b++ }",
    "if (a > 2) { var v1 = a; } else { v1 = -a; }",
  ),
  fc.constantFrom(
    "label: for (;;) { a++; if (a % 3 === 0) break label; }",
    "list.push(await Promise.resolve(b));",
    "switch (a % 3) { case 0: b++; default: a++ }",
  ),
  fc.constantFrom(
    "C.total += E.B;",
    "N.add(a);",
    "list.push(tag`${a}x${b}`);",
    "a ??= 7; b ||= 1; a &&= a % 50;",
    "var [v2 = a, ...v3] = list;",
  ),
  fc.constantFrom(
    "list.push([...gen()].length, (() => a)(), typeof b === 'number' ? 1 : 0);",
    "h = (n = a, m = n + b) => n + m; list.push(h());",
  ),
);

const DECLARATIONS = [
  "let a = 1, b = 2;",
  "let list: number[] = [], later: (() => number)[] = [];",
  "let o: any = {};",
  "let c = 0, h: any;",
  "function set(n: number) { b = n % 1000; return a }",
  "function* gen() { yield a; yield b }",
  "class C { static total = 0; constructor(private n: number) { C.total++ } inc() { return this.n + a } }",
  "enum E { A = 1, B = A + 1 }",
  "namespace N { export let sum = 0; export function add(n: number) { sum += n; return sum } }",
  "const tag = (s: TemplateStringsArray, ...v: number[]) => s.length + v[0]!;",
  "var v1 = 0, v2 = 0, v3: number[] = [];",
];
const RESULT = "JSON.stringify([a, b, list, later.length, o, c, v1, v2, v3, C.total, N.sum, h?.(1)])";

describe("kernel/language: programs in pieces", () => {
  // Every program declares all of its names again, so that one does not see what another left.
  const whole = new Notebook({ typeErrors: "off" });
  const pieces = new Notebook({ typeErrors: "off" });
  after(() => Promise.all([whole.remove(), pieces.remove()]));

  it("gives the same values however a program is split into cells", async () => {
    const program = fc.array(statements, { minLength: 1, maxLength: 12 });
    const cuts = fc.array(fc.boolean(), { minLength: 24, maxLength: 24 });
    await fc.assert(
      fc.asyncProperty(program, cuts, async (body, cut) => {
        const all = [...DECLARATIONS, ...body];
        const expected = await runWithoutTypes(whole, [all.join("\n")]);
        const cells: string[] = [];
        for (const [i, statement] of all.entries())
          if (i === 0 || cut[i % cut.length]) cells.push(statement);
          else cells.push(`${cells.pop()}\n${statement}`);
        expect(await runWithoutTypes(pieces, cells)).to.equal(expected);
      }),
      { numRuns: 25, seed: 7 },
    );
  });
});

async function runWithoutTypes(notebook: Notebook, cells: readonly string[]): Promise<unknown> {
  for (const code of cells) await notebook.run(code);
  return notebook.run(RESULT);
}
