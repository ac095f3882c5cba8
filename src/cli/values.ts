/** Values of options: from text to numbers and names, with a sentence for what is not understood. */
import { InvalidArgumentError } from "commander";

/** A whole number from `least` up. */
export function wholeNumber(least: number) {
  return (text: string): number => {
    const value = Number(text);
    if (text.trim() !== "" && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`A whole number from ${least} up is wanted.`);
  };
}

/** A number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("A number above 0 is wanted, such as 0.004.");
}

/** A number from 0 up. */
export function amount(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError("A number from 0 up is wanted, such as 2.5.");
}

/** Numbers from 0 up, separated by commas. */
export function numberList(text: string): number[] {
  const parts = text.split(",").map((part) => part.trim());
  const values = parts.map(Number);
  if (parts.every((part, i) => part !== "" && Number.isFinite(values[i]))) return values;
  throw new InvalidArgumentError("Numbers separated by commas are wanted, such as .1,.3,.5.");
}

/** Names separated by commas. */
export function nameList(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

/** Every value of an option that may be given more than once. */
export function collected(text: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), text];
}
