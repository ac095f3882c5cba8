/** What a cell threw, as the content of an error message. */
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import { describeThrown, isError, read } from "../display/index.js";
import type { ErrorContent } from "../wire/index.js";
import { grey, red } from "./ansi.js";
import { type FrameOptions, formatFrames } from "./frames.js";
import { parseStack, type StackFrame } from "./stackFrames.js";

/** How deep causes and the errors of aggregates are followed, how many of one aggregate, and how many in all. */
const MAX_DEPTH = 8;
const MAX_ERRORS = 10;
const MAX_SHOWN = 50;

/** The kernel's own sources, as they run. */
const KERNEL_FOLDER = fileURLToPath(new URL("..", import.meta.url));

export interface TracebackOptions extends Omit<FrameOptions, "kernelFolder"> {
  /** Default: where this file's package is. */
  readonly kernelFolder?: string;
}

/** Where one is among causes and aggregates. */
interface Walk {
  /** How many errors led here. */
  readonly depth: number;
  /** Every error that was shown. */
  readonly shown: Set<unknown>;
}

export class Tracebacks {
  readonly #options: FrameOptions;

  constructor({ kernelFolder = KERNEL_FOLDER, ...options }: TracebackOptions) {
    this.#options = { kernelFolder, ...options };
  }

  /**
   * Describes whatever was thrown. An error: its name and message, the source around the innermost place in a cell, the frames
   * that the user knows, then its causes and the errors it stands for. Anything else: its type and its text. Never throws,
   * whatever the value does; long messages are cut.
   */
  format(thrown: unknown): ErrorContent {
    const { name, message } = describeThrown(thrown);
    return { ename: name, evalue: message, traceback: this.#lines(thrown, "", { depth: 0, shown: new Set() }) };
  }

  #lines(thrown: unknown, prefix: string, { depth, shown }: Walk): string[] {
    const { name, message } = describeThrown(thrown);
    if (!isError(thrown)) return [`${prefix}${red("Thrown")} (${name}, not an error, so it has no stack): ${message}`];
    const header = `${prefix}${red(name + codeOf(thrown))}${message === "" ? "" : `: ${message}`}`;
    if (shown.has(thrown)) return [`${header} ${grey("(shown above)")}`];
    if (depth === MAX_DEPTH || shown.size === MAX_SHOWN) return [header, grey("    …")];
    shown.add(thrown);
    const walk = { depth: depth + 1, shown };
    return [header, ...this.#stackOf(thrown), ...this.#errorsOf(thrown, walk), ...this.#causeOf(thrown, walk)];
  }

  #stackOf(error: Error): string[] {
    const stack = read(error, "stack");
    if (typeof stack !== "string") return [];
    const [name, message] = [read(error, "name"), read(error, "message")];
    const { preamble, frames } = parseStack(stack, textOf(name), textOf(message));
    return [...(preamble === "" ? [] : [preamble]), ...this.#framesOf(frames)];
  }

  #framesOf(frames: readonly StackFrame[]): readonly string[] {
    try {
      return formatFrames(frames, this.#options);
    } catch {
      // A source map that is not one: an error without mapped frames is better than another error.
      return frames.slice(0, MAX_SHOWN).map(({ text }) => grey(`    at ${text}`));
    }
  }

  #errorsOf(error: Error, walk: Walk): string[] {
    const errors = read(error, "errors");
    if (types.isProxy(errors) || !Array.isArray(errors)) return [];
    const shown = Array.from({ length: Math.min(errors.length, MAX_ERRORS) }, (_, i) => read(errors, i));
    const lines = shown.flatMap((inner, i) => this.#lines(inner, `[${i + 1}/${errors.length}] `, walk));
    const left = errors.length - shown.length;
    return left > 0 ? [...lines, grey(`… ${left} more`)] : lines;
  }

  #causeOf(error: Error, walk: Walk): string[] {
    const cause = read(error, "cause");
    return cause === undefined ? [] : this.#lines(cause, "Caused by: ", walk);
  }
}

/** Node's errors have a code that says more than their name. */
function codeOf(error: Error): string {
  const code = read(error, "code");
  return typeof code === "string" && /^ERR_\w{1,100}$/.test(code) ? ` [${code}]` : "";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
