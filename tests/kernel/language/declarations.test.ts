// biome-ignore-all lint/suspicious/noTemplateCurlyInString: cells hold template strings
import { expect } from "chai";
import { Notebook } from "./notebook.js";

/** Cells, and what the last one gives. */
type Case = readonly [title: string, cells: readonly string[], expected: unknown];

const CASES: readonly Case[] = [
  ["let, const and var", ["let a = 1; const b = 2; var c = 3;", "[a, b, c]"], [1, 2, 3]],
  ["a variable without value", ["let none;", "none"], undefined],
  ["var in blocks", ["if (true) { var inBlock = 1 } else { var other = 2 }", "[inBlock, other]"], [1, undefined]],
  ["var in loops", ["for (var i = 0; i < 3; i++) {}", "i"], 3],
  ["var of for-of", ["for (var [k, v] of [[1, 2], [3, 4]]) {}", "[k, v]"], [3, 4]],
  ["var of for-in", ["for (var key in { x: 1, y: 2 }) {}", "key"], "y"],
  [
    "var in switch and try",
    ["switch (1) { case 1: var s = 's' }\ntry { var t = 't' } catch { } finally { var u = 'u' }", "s + t + u"],
    "stu",
  ],
  ["var before its statement", ["const early = typeof late; var late = 1;", "[early, late]"], ["undefined", 1]],
  ["let of blocks stays in them", ["let b1 = 1; { let b1 = 2; b1++ } for (let b1 = 5; b1 < 6; b1++);", "b1"], 1],
  [
    "object patterns",
    [
      "const { p, q: { r = 5, ...rest }, ['s' + 't']: st = 7 } = { p: 1, q: { u: 2, w: 3 } } as any",
      "[p, r, rest, st]",
    ],
    [1, 5, { u: 2, w: 3 }, 7],
  ],
  ["array patterns", ["const [x0, , x2 = 9, ...xs] = [1, 2, undefined, 4, 5]", "[x0, x2, xs]"], [1, 9, [4, 5]]],
  [
    "defaults that name earlier names",
    ["const base = 10; const { m1 = base, m2 = m1 + 1 } = {} as any", "[m1, m2]"],
    [10, 11],
  ],
  ["patterns in var of blocks", ["{ var { h1, h2 = h1 } = { h1: 1 } as any }", "[h1, h2]"], [1, 1]],
  [
    "functions before their statement",
    ["const early2 = hoisted(); function hoisted() { return 'h' }", "early2 + hoisted()"],
    "hh",
  ],
  ["async functions", ["async function af() { return 5 }", "await af()"], 5],
  ["generators", ["function* gen() { yield 1; yield* [2, 3] }", "[...gen()]"], [1, 2, 3]],
  [
    "async generators",
    [
      "async function* ag() { yield 1; yield 2 }",
      "const all: number[] = []; for await (const each of ag()) all.push(each); all",
    ],
    [1, 2],
  ],
  [
    "overloads",
    [
      "function ov(a: string): string; function ov(a: number): number; function ov(a: any) { return a }",
      "[ov('a'), ov(1)]",
    ],
    ["a", 1],
  ],
  [
    "classes",
    [
      "class Animal { static count = 0; #name: string; constructor(name: string) { this.#name = name; Animal.count++ } get name() { return this.#name } static #hidden = 1; static peek() { return Animal.#hidden } }",
      "class Dog extends Animal { override get name() { return super.name + '!' } }",
      "[new Dog('d').name, Animal.count, Animal.peek(), new Dog('e') instanceof Animal]",
    ],
    ["d!", 1, 1, true],
  ],
  [
    "a class that names itself while it is made",
    [
      "class Own { static a = 1; static b = Own.a + 1; static { Own.b++ } static all = [Own] }",
      "[Own.b, Own.all[0] === Own]",
    ],
    [3, true],
  ],
  [
    "abstract classes and parameter properties",
    [
      "abstract class Shape { constructor(readonly side: number) {} abstract area(): number }",
      "class Square extends Shape { area() { return this.side ** 2 } }",
      "new Square(3).area()",
    ],
    9,
  ],
  [
    "standard decorators",
    [
      "function twice(f: any, _context: ClassMethodDecoratorContext) { return function (this: any, ...a: any[]) { return f.apply(this, a) * 2 } }",
      "class Dec { @twice value() { return 21 } }",
      "new Dec().value()",
    ],
    42,
  ],
  [
    "class decorators",
    [
      "const seen: string[] = []; function note(_c: any, context: ClassDecoratorContext) { seen.push(context.name!) }",
      "@note class Noted { static me = Noted }",
      "[seen, Noted.me === Noted]",
    ],
    [["Noted"], true],
  ],
  ["accessor", ["class Acc { accessor x = 1 }", "const acc = new Acc(); acc.x += 1; acc.x"], 2],
  [
    "enum",
    ["enum Color { Red, Green = 'g', Blue = 1 << 3 }", "[Color.Red, Color[0], Color.Green, Color.Blue]"],
    [0, "Red", "g", 8],
  ],
  [
    "enum of a session's value",
    ["const shift = 4; ", "enum Bits { A = shift, B = A * 2 }", "[Bits.A, Bits.B]"],
    [4, 8],
  ],
  ["const enum", ["const enum Ce { A = 1, B }", "[Ce.A, Ce.B]"], [1, 2]],
  [
    "namespace",
    [
      "namespace Ns { export const a = 1; export namespace Inner { export const b = a + 1 } export function f() { return Inner.b } }",
      "[Ns.a, Ns.Inner.b, Ns.f()]",
    ],
    [1, 2, 2],
  ],
  ["namespace with dots", ["namespace Da.Db { export let c = 3 }", "Da.Db.c"], 3],
  [
    "namespace merged with a function",
    [
      "function merged() { return merged.extra } namespace merged { export const extra = 5 }",
      "merged() + merged.extra",
    ],
    10,
  ],
  [
    "namespace merged with a class",
    [
      "class Mc { m() { return Mc.helper() } } namespace Mc { export function helper() { return 'h' } }",
      "new Mc().m()",
    ],
    "h",
  ],
  [
    "namespace with types alone",
    ["namespace Types { export interface T { a: number } }", "const typed: Types.T = { a: 1 }; typed.a"],
    1,
  ],
  [
    "import of a namespace member",
    [
      "namespace Im { export const deep = { a: 4 }; export interface T { n: number } }",
      "import deep = Im.deep; import ImT = Im.T; const it: ImT = { n: deep.a }",
      "it.n",
    ],
    4,
  ],
  ["import = require", ["import nodePath = require('node:path')", "nodePath.posix.join('a', 'b')"], "a/b"],
  [
    "exported declarations",
    [
      "export const e1 = 1; export function e2() { return 2 } export class E3 {} export enum E4 { A } export default function e5() { return 5 }",
      "[e1, e2(), new E3() instanceof E3, E4.A, e5()]",
    ],
    [1, 2, true, 0, 5],
  ],
  [
    "export lists and defaults without names",
    [
      "const l1 = 1; export { l1, l1 as l2 }; export default l1",
      "let made = 0; export default class { static { made = 1 } }",
      "export default function () {}",
      "l1 + made",
    ],
    2,
  ],
  [
    "export from",
    [
      "export { join, sep as separator } from 'node:path'; export * as every from 'node:fs/promises'; export * from 'node:fs/promises'",
      "[join('a', 'b').length, separator.length, typeof every.readFile]",
    ],
    [3, 1, "function"],
  ],
  [
    "using",
    [
      "const log: string[] = []; function res(n: string) { return { n, [Symbol.dispose]() { log.push(n) } } }",
      "using r1 = res('a'); using r2 = res('b'); const during = [r1.n, r2.n, ...log]",
      "[during, log, r1.n]",
    ],
    [["a", "b"], ["b", "a"], "a"],
  ],
  [
    "await using",
    [
      "const alog: string[] = []",
      "await using ar = { async [Symbol.asyncDispose]() { alog.push('closed') } }; alog.push('open')",
      "alog",
    ],
    ["open", "closed"],
  ],
  [
    "using in a function",
    [
      "const flog: string[] = []; function uses() { using x = { [Symbol.dispose]() { flog.push('x') } }; return x !== undefined }",
      "[uses(), flog]",
    ],
    [true, ["x"]],
  ],
  [
    "types leave nothing",
    [
      "interface I { a: number } type T = I | string; declare const ambient: number; declare function af2(): void",
      "const value: T = { a: 1 }; value",
    ],
    { a: 1 },
  ],
];

const EXPRESSIONS: readonly Case[] = [
  [
    "labels",
    [
      "let lab = 0; outer: for (const a of [1, 2]) { for (const b of [1, 2]) { if (b === 2) continue outer; if (a === 2) break outer; lab++ } }",
      "lab",
    ],
    1,
  ],
  ["a label of a variable's name", ["let lb = 1", "lb: for (;;) { lb++; break lb }", "lb"], 2],
  [
    "switch",
    [
      "const sw: number = 2",
      "let hit = ''; switch (sw) { case 1: hit = 'one'; break; case sw: { const sw = 'inner'; hit = sw; break } default: hit = 'none' }",
      "hit",
    ],
    "inner",
  ],
  [
    "catch shadows",
    ["let err = 'outer'", "try { throw 'thrown' } catch (err) { var caught: unknown = err; }", "[err, caught]"],
    ["outer", "thrown"],
  ],
  [
    "catch with a pattern",
    ["let code = 1", "let got; try { throw { code: 2 } } catch ({ code }) { got = code }", "[code, got]"],
    [1, 2],
  ],
  [
    "parameters shadow, their defaults do not",
    [
      "const dflt = 7; const same = 1",
      "function pd(same = dflt, { x = same } = {} as { x?: number }, ...more: number[]) { return [same, x, more] }",
      "[pd(), pd(3), same]",
    ],
    [[7, 7, []], [3, 3, []], 1],
  ],
  [
    "closures in loops",
    ["const fs1: (() => number)[] = []; for (let ci = 0; ci < 3; ci++) fs1.push(() => ci)", "fs1.map((f) => f())"],
    [0, 1, 2],
  ],
  [
    "tagged templates",
    [
      "function tag(this: unknown, s: TemplateStringsArray, ...v: unknown[]) { return [this, s.raw.join('_'), v] }",
      "const tv = 1; tag`a${tv}b`",
    ],
    [undefined, "a_b", [1]],
  ],
  [
    "optional calls",
    [
      "let maybe: (() => unknown) | undefined = function (this: unknown) { return this }; let nothing: (() => 1) | undefined",
      "[maybe?.(), nothing?.(), maybe?.call(5)]",
    ],
    [undefined, undefined, 5],
  ],
  [
    "new, typeof, instanceof, in, void",
    ["class Nw { a = 1 } const nw = new Nw()", "[typeof Nw, new Nw().a, nw instanceof Nw, 'a' in nw, void nw]"],
    ["function", 1, true, true, undefined],
  ],
  ["delete of a member", ["const del: { a?: number; b: number } = { a: 1, b: 2 }", "delete del.a; del"], { b: 2 }],
  [
    "spread",
    ["const sa = [1, 2]; const so = { a: 1 }", "[...sa, ...sa.map((x) => x + 1), Math.max(...sa), { ...so, b: 2 }]"],
    [1, 2, 2, 3, 2, { a: 1, b: 2 }],
  ],
  ["shorthand properties", ["const sh = 1", "({ sh, nested: { sh } })"], { sh: 1, nested: { sh: 1 } }],
  [
    "satisfies, as const, !",
    [
      "const sat = { a: [1, 2] as const, b: 'x' } satisfies Record<string, unknown>; const mb: number | undefined = 5",
      "[sat!.a[1] as number, <number>mb!, sat satisfies object]",
    ],
    [2, 5, { a: [1, 2], b: "x" }],
  ],
  [
    "generic arrow functions",
    [
      "const ident = <T,>(x: T): T => x; const pair = <A, B extends A>(a: A, b: B) => [a, b] as const",
      "[ident(1), ident<string>('a'), pair(1, 2)]",
    ],
    [1, "a", [1, 2]],
  ],
  [
    "assignments in patterns",
    [
      "let pa = 1, pb = 2, pc: number[] = []; const po: any = {}",
      "[pa, pb] = [pb, pa]; ({ a: pa = 5, pc, ...po.rest } = { pc: [1], d: 4 } as any); for (po.last of [1, 2]); [pa, pb, pc, po]",
    ],
    [5, 1, [1], { rest: { d: 4 }, last: 2 }],
  ],
  [
    "compound assignments",
    [
      "let ca = 1; let cb: number | undefined; let cs = 's'",
      "ca += 2; ca **= 2; cb ??= 4; cb &&= cb + 1; cs ||= 'no'; ca++; --cb; [ca, cb, cs, ca++, ca]",
    ],
    [10, 4, "s", 10, 11],
  ],
  [
    "promises are results and not awaited",
    ["const pr = Promise.resolve(3)", "[await pr, (await Promise.all([pr]))[0]]"],
    [3, 3],
  ],
  ["for await", ["let fa = 0; for await (const n of [Promise.resolve(1), 2]) fa += n", "fa"], 3],
  ["an empty statement after the result", ["const es = 4", "es;;\n// done"], 4],
  [
    "a computed class member",
    [
      "const cm = 'dyn'",
      "class Cm { [cm]() { return 1 } static [`${cm}s`]() { return 2 } }",
      "[(new Cm() as any).dyn(), (Cm as any).dyns()]",
    ],
    [1, 2],
  ],
  [
    "the names that cells are given",
    ["const require = 1, module = 2, exports = 3", "[require, module, exports]"],
    [1, 2, 3],
  ],
  [
    "names like those of objects",
    [
      "const constructor = 1, toString = 2, hasOwnProperty = 3, valueOf = () => 4",
      "[constructor, toString, hasOwnProperty, valueOf()]",
    ],
    [1, 2, 3, 4],
  ],
  [
    "names with letters of all kinds",
    ["const größe = 1, $ = 2, _ = 3, 変数 = 4, \\u{61}b = 5", "[größe, $, _, 変数, ab]"],
    [1, 2, 3, 4, 5],
  ],
  [
    "arguments and new.target",
    ["function argu() { return [arguments.length, new.target] }", "(argu as any)(1, 2)"],
    [2, undefined],
  ],
  ["comma and conditional", ["let cc = 1", "(cc++, cc > 1 ? `t${cc}` : 'f')"], "t2"],
  [
    "a function in brackets, with types around it, has no this",
    [
      "function th(this: unknown) { return this }",
      "[(th)(), (th as any)(), th!(), (<any>th)(), (th satisfies unknown as any)?.()]",
    ],
    [undefined, undefined, undefined, undefined, undefined],
  ],
];

describe("kernel/language: declarations and expressions", () => {
  let notebook: Notebook;
  before(() => {
    notebook = new Notebook();
  });
  after(() => notebook.remove());

  for (const [title, cells, expected] of [...CASES, ...EXPRESSIONS])
    it(title, async () => {
      const result = await notebook.runAll(...cells);
      expect(result).to.deep.equal(expected);
    });

  it("gives the promise itself where a cell ends with one", async () => {
    const converted = await notebook.convert("Promise.resolve(1)");
    expect(converted).to.include({ ok: true, isAsync: false });
  });

  it("gives functions and classes the names of their variables", async () => {
    await notebook.run("const nf = () => {}, nc = class {}, ng = function () {}; let nl; var nv = (() => {}) as any");
    await notebook.run(
      "nl = () => {}; let nd; nd ??= function () {}; const { ndef = () => {} } = {} as any; const [nar = class {}] = []",
    );
    await notebook.run(
      "let np; ({ np = () => {} } = {} as any); if (true) { var nb = () => {} }; const keeps = function own() {}",
    );
    const names = await notebook.run("[nf, nc, ng, nl, nv, nd, ndef, nar, np, nb, keeps].map((f: any) => f.name)");
    expect(names).to.deep.equal(["nf", "nc", "ng", "nl", "nv", "nd", "ndef", "nar", "np", "nb", "own"]);
  });

  it("refuses to delete a name, also without types", async () => {
    await notebook.run("let undeletable = 1");
    expect(await notebook.failure("delete undeletable", "off")).to.be.instanceOf(SyntaxError);
    expect(await notebook.run("undeletable")).to.equal(1);
  });
});
