/** What is in a picture of coloured shapes on a 4×4 grid. */
import type { Random } from "../../tensor/random.js";
import { COLORS, type Color, SHAPES, type Shape } from "./vocabulary.js";

/** Columns and rows of places. */
export const PLACES_SIDE = 4;
const PLACE_SIDE = 56;
/** The largest number of shapes that a counting question asks for. */
export const MOST_COUNTED = 6;

/** A shape in its place; centre and half-width in pixels. */
export interface SceneObject {
  readonly shape: Shape;
  readonly color: Color;
  /** 0 … 3, from the left. */
  readonly column: number;
  /** 0 … 3, from the top. */
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly size: number;
}

/** What a counting scene was made for: `value` objects of one colour or shape, or of all. */
export interface CountTarget {
  readonly what: Color | Shape | undefined;
  readonly value: number;
}

export interface Scene {
  /** In reading order: row by row, each from the left. */
  readonly objects: readonly SceneObject[];
  readonly target?: CountTarget;
}

type Look = readonly [Shape, Color];

/** Shapes all different, colours free: a shape names one object. */
function distinctLooks(random: Random): Look[] {
  return random.sample(SHAPES, random.integer(2, 4)).map((shape): Look => [shape, random.choice(COLORS)]);
}

/** Repeated shapes and colours, around a number that is uniform in 1 … 6. */
function crowdLooks(random: Random): { looks: Look[]; target: CountTarget } {
  const value = random.integer(1, MOST_COUNTED);
  const by = random.choice(["all", "color", "shape"]);
  const palette = random.sample(COLORS, random.integer(2, 3));
  const forms = random.sample(SHAPES, random.integer(2, 3));
  const looks: Look[] = [];
  if (by === "all") {
    while (looks.length < value) looks.push([random.choice(forms), random.choice(palette)]);
    return { looks, target: { what: undefined, value } };
  }
  const others = random.integer(0, Math.min(3, 8 - value));
  if (by === "color") {
    while (looks.length < value) looks.push([random.choice(forms), palette[0]]);
    while (looks.length < value + others) looks.push([random.choice(forms), random.choice(palette.slice(1))]);
    return { looks, target: { what: palette[0], value } };
  }
  while (looks.length < value) looks.push([forms[0], random.choice(palette)]);
  while (looks.length < value + others) looks.push([random.choice(forms.slice(1)), random.choice(palette)]);
  return { looks, target: { what: forms[0], value } };
}

const COUNTING = ["count", "open-count"];
const EITHER = ["existence", "describe", "at"];

/**
 * A random scene that allows a question of `task`: crowded for counting, distinct shapes for most others, either for tasks
 * that any scene allows.
 */
export function imagineScene(random: Random, task: string): Scene {
  const crowded = COUNTING.includes(task) || (EITHER.includes(task) && random.uniform() < 0.4);
  const crowd = crowded ? crowdLooks(random) : undefined;
  const looks = crowd?.looks ?? distinctLooks(random);
  const places = random
    .sample(
      Array.from({ length: PLACES_SIDE ** 2 }, (_, i) => i),
      looks.length,
    )
    .sort((a, b) => a - b);
  const objects = random.shuffle(looks).map(([shape, color], i): SceneObject => {
    const column = places[i] % PLACES_SIDE;
    const row = Math.floor(places[i] / PLACES_SIDE);
    return {
      shape,
      color,
      column,
      row,
      x: PLACE_SIDE * (column + 0.5) + random.integer(-6, 6),
      y: PLACE_SIDE * (row + 0.5) + random.integer(-6, 6),
      size: random.integer(14, 22),
    };
  });
  return { objects, target: crowd?.target };
}
