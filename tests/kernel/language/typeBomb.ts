/** Code whose types take all the memory that there is: unions of 10,000 strings, hundreds of them. */

const TYPES = `type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
type Many<P extends string> = \`\${P}\${Digit}\${Digit}\${Digit}\${Digit}\`;`;

/** A cell of which the compiler runs out of memory, where it has less than 1 GB of it. */
export function typeBomb(): string {
  const lines = Array.from(
    { length: 400 },
    (_, i) => `declare const many${i}: Many<"${i}-">; const not${i}: number = many${i};`,
  );
  return [TYPES, ...lines].join("\n");
}
