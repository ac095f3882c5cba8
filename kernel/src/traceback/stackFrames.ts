/** The stack of an error as V8 prints it, taken apart. Source: V8's stack trace API. */

export interface StackFrame {
  /** As printed, without `at`. */
  readonly text: string;
  /** With `async` or `new` before it, where V8 says so; empty where the function has no name. */
  readonly functionName: string;
  /** Path, URL or name of the script; undefined for what is native. */
  readonly script: string | undefined;
  /** From 1; 0 where there is no script. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
}

export interface Stack {
  /** What is printed before the error's name: Node puts the place of a syntax error there. */
  readonly preamble: string;
  readonly frames: readonly StackFrame[];
}

/** Characters of a stack that are looked at. */
const MAX_STACK = 200_000;
const MAX_PREAMBLE = 4000;

const FRAME = /^\s+at (.+)$/;
const LOCATION = /^(.+?):(\d+):(\d+)$/;

/**
 * @param name of the error, as it stands before the message.
 * @param message of the error: lines in it may look like frames, and are not.
 */
export function parseStack(stack: string, name: string, message: string): Stack {
  const header = findHeader(stack, name, message);
  // The message may have been changed after the stack was made; the frames are at the end all the same.
  const lines = header === undefined ? stack.slice(-MAX_STACK) : stack.slice(header.end, header.end + MAX_STACK);
  const preamble = header === undefined ? "" : stack.slice(0, Math.max(0, stack.lastIndexOf("\n", header.start)));
  return {
    preamble: preamble.length > MAX_PREAMBLE ? "" : preamble.trimEnd(),
    frames: lines.split("\n").flatMap((line) => {
      const text = FRAME.exec(line)?.[1];
      return text === undefined ? [] : [parseFrame(text)];
    }),
  };
}

/** Where the name and message stand, which end with a line. Node puts codes between them. */
function findHeader(stack: string, name: string, message: string): { start: number; end: number } | undefined {
  for (const header of message === "" ? [name] : [`${name}: ${message}`, `: ${message}`, message]) {
    const start = header === "" ? -1 : stack.indexOf(header);
    const end = start + header.length;
    if (start >= 0 && (end === stack.length || stack[end] === "\n")) return { start, end };
  }
  return undefined;
}

function parseFrame(text: string): StackFrame {
  const [functionName, place] = splitPlace(text);
  // Of code that was evaluated, the place in that code comes last.
  const location = LOCATION.exec(place.startsWith("eval at ") ? place.slice(place.lastIndexOf(", ") + 2) : place);
  if (location === null) return { text, functionName, script: undefined, line: 0, column: 0 };
  const [, script, line, column] = location;
  return { text, functionName, script: script!, line: Number(line), column: Number(column) };
}

/** `name (place)`, or a place alone, before which there may be `async`. */
function splitPlace(text: string): [functionName: string, place: string] {
  const open = text.indexOf(" (");
  if (text.endsWith(")") && open >= 0) return [text.slice(0, open), text.slice(open + 2, -1)];
  return text.startsWith("async ") ? ["async", text.slice("async ".length)] : ["", text];
}
