/** How the samples of a file are shared out among a study's three splits. */
import type { Split } from "../../tasks/index.js";
import { Random } from "../../tensor/index.js";
import { type DataOptions, DEFAULT_SIZES, type SplitSizes } from "./data.js";

export interface Splittable {
  readonly split: Split | null;
  /** Members of a group stay in one split. */
  readonly group: string;
  /** Members of a unit, which are of one group, are used together or not at all. */
  readonly unit?: string;
}

export interface Parts<T> {
  readonly train: T[];
  readonly validation: T[];
  readonly test: T[];
  readonly notes: string[];
  /** Name of the split that `test` is. */
  readonly split: string;
}

/** Shares out groups in a seeded order: validation and test get their shares, at least one group each, train the rest. */
function shareOut<T extends Splittable>(items: readonly T[], shares: readonly [number, number], seed: number): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(item.group, [...(groups.get(item.group) ?? []), item]);
  const order = new Random(seed).fork("split").shuffle([...groups.values()]);
  const parts: T[][] = [[], [], []];
  let next = 0;
  shares.forEach((share, p) => {
    const wanted = share * items.length;
    // The train part, last, keeps at least one group.
    while (
      share > 0 &&
      next < order.length - 1 &&
      (parts[p].length === 0 || parts[p].length + order[next].length <= wanted)
    ) {
      parts[p].push(...order[next++]);
    }
  });
  parts[2] = order.slice(next).flat();
  const position = new Map(items.map((item, i) => [item, i]));
  return parts.map((part) => part.sort((a, b) => position.get(a)! - position.get(b)!));
}

/**
 * The three splits. Where the data names all three, they are taken as they are. Where it names training and held-out
 * samples only, whichever the held-out ones are called, these are scored, and a fifth of the training samples, drawn with
 * the seed, is held back for choosing. Where it names none, or one alone, a fifth each is drawn for choosing and for scoring.
 * Samples that share a group (a picture) stay together.
 */
function splitUp<T extends Splittable>(items: readonly T[], what: string, seed: number): Parts<T> {
  const of = (split: Split) => items.filter((item) => item.split === split);
  const [validation, test] = [of("validation"), of("test")];
  const train = items.filter((item) => item.split === null || item.split === "train");
  if (validation.length > 0 && test.length > 0) return { train, validation, test, notes: [], split: "test" };
  const held = validation.length > 0 ? validation : test;
  const name = validation.length > 0 ? "validation" : "test";
  if (held.length > 0 && train.length > 0) {
    const [choosing, , rest] = shareOut(train, [0.2, 0], seed);
    const note = `${what} has training and ${name} samples only: its ${name} samples are scored, and a fifth of its training samples, drawn with seed ${seed}, chooses.`;
    return { train: rest, validation: choosing, test: held, notes: [note], split: name };
  }
  const [choosing, scored, rest] = shareOut(items, [0.2, 0.2], seed);
  const names = held.length > 0 ? `has ${name} samples only` : "names no splits";
  const note = `${what} ${names}: with seed ${seed}, a fifth of its samples chooses, a fifth is scored, the rest trains; samples with one picture stay together.`;
  return { train: rest, validation: choosing, test: scored, notes: [note], split: held.length > 0 ? name : "test" };
}

/** All that may be scored: held-out samples where the data names some, test samples before others, else all. */
function scoredOnly<T extends Splittable>(items: readonly T[]): Parts<T> {
  const of = (split: Split) => items.filter((item) => item.split === split);
  const split = (["test", "validation"] as const).find((name) => of(name).length > 0);
  const test = split === undefined ? [...items] : of(split);
  return { train: [], validation: [], test, notes: [], split: split ?? "all" };
}

/** All that may be trained and chosen on: samples that the data names so, or else a fifth of the others to choose on. */
function trainingOnly<T extends Splittable>(items: readonly T[], what: string, seed: number): Parts<T> {
  const own = items.filter(({ split }) => split === null || split === "train");
  const validation = items.filter(({ split }) => split === "validation");
  if (own.length > 0 && validation.length > 0) return { train: own, validation, test: [], notes: [], split: "test" };
  const [choosing, , train] = shareOut(own.length > 0 ? own : items, [0.2, 0], seed);
  const note = `A fifth of ${what}, drawn with seed ${seed}, chooses; the rest trains.`;
  return { train, validation: choosing, test: [], notes: [note], split: "test" };
}

/** Whole units at equal distances in their order, so that every part of a sorted file is among them; at most `size` items, or one unit. */
function spaced<T extends Splittable>(items: readonly T[], size: number): T[] {
  const units = new Map<string, T[]>();
  items.forEach((item, i) => {
    const key = item.unit ?? `${i}`;
    const own = units.get(key);
    if (own === undefined) units.set(key, [item]);
    else own.push(item);
  });
  const all = [...units.values()];
  let count = Math.max(1, Math.floor((size * all.length) / items.length));
  const drawn = () => Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]).flat();
  while (count > 1 && drawn().length > size) count--;
  const kept = new Set(drawn());
  return items.filter((item) => kept.has(item));
}

/** Cuts every split to its size; says so where something was left out. */
function limited<T extends Splittable>(parts: Parts<T>, sizes: SplitSizes, cut: "first" | "spaced"): Parts<T> {
  const notes = [...parts.notes];
  const purposes = { train: "for training", validation: "for choosing", test: "for scoring" };
  const cutOf = (split: keyof SplitSizes) => {
    const all = parts[split];
    if (all.length <= sizes[split]) return all;
    const kept = cut === "first" ? all.slice(0, sizes[split]) : spaced(all, sizes[split]);
    notes.push(
      cut === "first"
        ? `Of ${all.length} samples ${purposes[split]} the first ${kept.length} are used.`
        : `Of ${all.length} samples ${purposes[split]} ${kept.length} are used, at equal distances in the file.`,
    );
    return kept;
  };
  return { train: cutOf("train"), validation: cutOf("validation"), test: cutOf("test"), notes, split: parts.split };
}

/**
 * The samples that are used, in the order of the data.
 *
 * @param what the data's name, for notes.
 * @param cut how too large splits become smaller.
 */
export function chosen<T extends Splittable>(
  items: readonly T[],
  what: string,
  options: DataOptions,
  cut: "first" | "spaced",
): Parts<T> {
  if (options.everything) return { train: [], validation: [], test: [...items], notes: [], split: "all" };
  const seed = options.seed ?? 0;
  const parts =
    options.purpose === "scoring"
      ? scoredOnly(items)
      : options.purpose === "training"
        ? trainingOnly(items, what, seed)
        : splitUp(items, what, seed);
  return limited(parts, { ...DEFAULT_SIZES, ...options.sizes }, cut);
}
