/** The words of the embedded benchmark: few enough for a word-level tokenizer. */

/** An RGB colour, 0 … 255. */
export type Rgb = readonly [number, number, number];

/** The colours that are asked for, and the value around which each drawn colour varies. */
export const COLOR_VALUES = {
  red: [220, 40, 40],
  green: [40, 170, 60],
  blue: [50, 80, 220],
  yellow: [235, 205, 40],
  purple: [150, 60, 190],
  orange: [245, 140, 30],
} as const satisfies Record<string, Rgb>;

export type Color = keyof typeof COLOR_VALUES;
export const COLORS = Object.keys(COLOR_VALUES) as readonly Color[];

export const SHAPES = ["circle", "square", "triangle", "star", "cross"] as const;
export type Shape = (typeof SHAPES)[number];

export const DIGITS: readonly string[] = [..."0123456789"];
export const LETTERS: readonly string[] = [..."abcdefghijklmnopqrstuvwxyz"];
export const OPTION_LETTERS: readonly string[] = [..."ABCD"];

/** Characters in the order of their labels: `label = index + 1`, 0 means none. */
export const CHARACTERS: readonly string[] = [...DIGITS, ...LETTERS];

const SPECIALS = ["<pad>", "<bos>", "<eos>", "<img>", "<vs>", "<ve>"];

const WORDS = (
  "? what which where how many is any there the of on at to read choose color shape shapes bar sign number word " +
  "character characters value highest lowest higher lower left right above below further column row or first second " +
  "third last yes no nothing unanswerable"
).split(" ");

/**
 * Every token; the index is the token's id. Specials first: `<pad>` 0, `<bos>` 1, `<eos>` 2, `<img>` 3, `<vs>` 4, `<ve>` 5.
 * Case counts: `A` is an option, `a` a letter to read.
 */
export const VOCABULARY: readonly string[] = [
  ...SPECIALS,
  ...DIGITS,
  ...LETTERS,
  ...OPTION_LETTERS,
  ...COLORS,
  ...SHAPES,
  ...WORDS,
];
