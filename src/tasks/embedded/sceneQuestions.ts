/** The questions about a scene, one function each; each gives nothing where the scene does not allow the question. */
import type { Random } from "../../tensor/random.js";
import { multipleChoice, type Question } from "./question.js";
import { MOST_COUNTED, PLACES_SIDE, type Scene, type SceneObject } from "./scene.js";
import { COLORS, type Color, SHAPES, type Shape } from "./vocabulary.js";

type Ask = (random: Random, scene: Scene, first: boolean) => Omit<Question, "task"> | undefined;

/** How far apart, in pixels along the axis asked about, two objects must be. */
const CLEAR_DISTANCE = 30;

/** Share of attribute questions that ask about a shape that is not there. */
const UNANSWERABLE_SHARE = 0.2;

function uniqueShapes({ objects }: Scene): SceneObject[] {
  return objects.filter((object) => objects.filter(({ shape }) => shape === object.shape).length === 1);
}

function uniqueColors({ objects }: Scene): SceneObject[] {
  return objects.filter((object) => objects.filter(({ color }) => color === object.color).length === 1);
}

const attribute: Ask = (random, scene) => {
  const missing = SHAPES.filter((shape) => !scene.objects.some((object) => object.shape === shape));
  if (missing.length > 0 && random.uniform() < UNANSWERABLE_SHARE) {
    return { question: `what color is the ${random.choice(missing)} ?`, answer: "unanswerable" };
  }
  const unique = uniqueShapes(scene);
  if (unique.length === 0) return undefined;
  const { shape, color } = random.choice(unique);
  return { question: `what color is the ${shape} ?`, answer: color };
};

const attributeChoice: Ask = (random, scene) => {
  const unique = uniqueShapes(scene);
  if (unique.length === 0) return undefined;
  const { shape, color } = random.choice(unique);
  const others = random.shuffle(COLORS.filter((other) => other !== color));
  // Half of the time the colours of the other objects come first, so that knowing the colours is not enough.
  const present = (other: Color) => (scene.objects.some((object) => object.color === other) ? 0 : 1);
  if (random.uniform() < 0.5) others.sort((a, b) => present(a) - present(b));
  return multipleChoice(random, "attribute-choice", `what color is the ${shape} ?`, color, others);
};

const shapeOfColor: Ask = (random, scene) => {
  const unique = uniqueColors(scene);
  if (unique.length === 0) return undefined;
  const { shape, color } = random.choice(unique);
  return { question: `what shape is ${color} ?`, answer: shape };
};

/** Two objects named by their shapes, clearly apart along one axis; the axis is uniform where both are possible. */
function pair(random: Random, scene: Scene): { a: SceneObject; b: SceneObject; axis: "x" | "y" } | undefined {
  const unique = uniqueShapes(scene);
  if (unique.length < 2) return undefined;
  const [a, b] = random.sample(unique, 2);
  const axes = (["x", "y"] as const).filter((axis) => Math.abs(a[axis] - b[axis]) >= CLEAR_DISTANCE);
  return axes.length === 0 ? undefined : { a, b, axis: random.choice(axes) };
}

const relation: Ask = (random, scene) => {
  const found = pair(random, scene);
  if (found === undefined) return undefined;
  const { a, b, axis } = found;
  const before = random.uniform() < 0.5;
  const words = axis === "x" ? (before ? "left of" : "right of") : before ? "above" : "below";
  return {
    question: `is the ${a.shape} ${words} the ${b.shape} ?`,
    answer: a[axis] < b[axis] === before ? "yes" : "no",
  };
};

const further: Ask = (random, scene) => {
  const found = pair(random, scene);
  if (found === undefined) return undefined;
  const { a, b, axis } = found;
  const before = random.uniform() < 0.5;
  const words = axis === "x" ? (before ? "further left" : "further right") : before ? "higher" : "lower";
  return {
    question: `which is ${words} the ${a.shape} or the ${b.shape} ?`,
    answer: (a[axis] < b[axis] === before ? a : b).shape,
  };
};

const where: Ask = (random, scene) => {
  const unique = uniqueShapes(scene);
  if (unique.length === 0) return undefined;
  const { shape, column, row } = random.choice(unique);
  return { question: `where is the ${shape} ?`, answer: `${column} ${row}` };
};

const at: Ask = (random, scene) => {
  const [column, row] =
    random.uniform() < 0.2
      ? [random.integer(0, PLACES_SIDE - 1), random.integer(0, PLACES_SIDE - 1)]
      : ((object: SceneObject) => [object.column, object.row])(random.choice(scene.objects));
  const found = scene.objects.find((object) => object.column === column && object.row === row);
  return {
    question: `what is at column ${column} row ${row} ?`,
    answer: found === undefined ? "nothing" : `${found.color} ${found.shape}`,
  };
};

const existence: Ask = (random, { objects }) => {
  const has = (color: Color, shape: Shape) => objects.some((o) => o.color === color && o.shape === shape);
  const words = (color: Color, shape: Shape) => `is there any ${color} ${shape} ?`;
  if (random.uniform() < 0.5) {
    const { color, shape } = random.choice(objects);
    return { question: words(color, shape), answer: "yes" };
  }
  const all = COLORS.flatMap((color) => SHAPES.map((shape) => ({ color, shape })));
  const absent = all.filter(({ color, shape }) => !has(color, shape));
  // Half of the time colour and shape are both there, in different objects.
  const crossed = absent.filter(
    ({ color, shape }) => objects.some((o) => o.color === color) && objects.some((o) => o.shape === shape),
  );
  const { color, shape } = random.choice(crossed.length > 0 && random.uniform() < 0.5 ? crossed : absent);
  return { question: words(color, shape), answer: "no" };
};

/** What is counted and how many there are: the scene's target at first, then something that is there. */
function countable(random: Random, scene: Scene, first: boolean): { question: string; value: number } | undefined {
  const words = (what: Color | Shape | undefined) => `how many ${what === undefined ? "" : `${what} `}shapes ?`;
  if (first && scene.target !== undefined) {
    return { question: words(scene.target.what), value: scene.target.value };
  }
  const { objects } = scene;
  const values = new Map<number, (Color | Shape | undefined)[]>();
  const candidates = new Set<Color | Shape | undefined>([undefined, ...objects.flatMap((o) => [o.color, o.shape])]);
  for (const what of candidates) {
    const value = objects.filter((o) => what === undefined || o.color === what || o.shape === what).length;
    if (value <= MOST_COUNTED) values.set(value, [...(values.get(value) ?? []), what]);
  }
  if (values.size === 0) return undefined;
  const value = random.choice([...values.keys()]);
  return { question: words(random.choice(values.get(value)!)), value };
}

const count: Ask = (random, scene, first) => {
  const found = countable(random, scene, first);
  if (found === undefined) return undefined;
  const numbers = Array.from({ length: MOST_COUNTED }, (_, i) => i + 1).filter((number) => number !== found.value);
  return multipleChoice(random, "count", found.question, `${found.value}`, random.shuffle(numbers).map(String));
};

const openCount: Ask = (random, scene, first) => {
  const found = countable(random, scene, first);
  return found && { question: found.question, answer: `${found.value}` };
};

const describe: Ask = (_random, { objects }) => ({
  question: "read the shapes ?",
  answer: objects.map((o) => `${o.color} ${o.shape} ${o.column} ${o.row}`).join(" "),
});

const QUESTIONS: Readonly<Record<string, Ask>> = {
  "attribute-choice": attributeChoice,
  attribute,
  relation,
  count,
  existence,
  describe,
  where,
  further,
  at,
  shape: shapeOfColor,
  "open-count": openCount,
};

export const SCENE_TASKS: readonly string[] = Object.keys(QUESTIONS);

/** One question of a task about a scene, or nothing where the scene does not allow it. */
export function askScene(random: Random, scene: Scene, task: string, first: boolean): Question | undefined {
  const asked = QUESTIONS[task]?.(random, scene, first);
  return asked && { ...asked, task };
}
