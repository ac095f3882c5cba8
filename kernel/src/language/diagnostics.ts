/** Errors that TypeScript finds, as plain data that can change threads. */
import ts from "typescript";

export interface Diagnostic {
  /** TypeScript's number, as 2322 of TS2322. */
  readonly code: number;
  readonly message: string;
  /** Zero-based, in the cell. */
  readonly line: number;
  /** Zero-based, in UTF-16 units. */
  readonly column: number;
  /** In UTF-16 units; at least 1. */
  readonly length: number;
  /** Whether it is of syntax: such a cell cannot run, whatever the setting. */
  readonly isSyntactic: boolean;
}

/**
 * What a notebook's folder asks of its types. The compiler always works with the strict settings, because libraries compute wrong
 * types otherwise and an empty list would be a list of nothing; errors that only they make are passed over.
 */
export interface Strictness {
  /** Whether `null` and `undefined` are told apart from other values. */
  readonly nulls: boolean;
  /** Whether what has no type is an error. */
  readonly implicitAny: boolean;
}

/**
 * What a cell can have and a module that Node runs could not: `import x = require()`, `export =`, and fragments where `@jsx` only
 * says that there is JSX.
 */
const CELL_CODES = new Set([1202, 1203, 17017]);

/** "Object is possibly null", "used before being assigned", and their like. */
const NULL_CODES = new Set([2454, 2531, 2532, 2533, 2721, 2722, 2723, 18047, 18048, 18049, 18050]);

/** What is said of values that are `null`, `undefined`, or made of nothing but those: an empty list is of type `never[]`. */
const NULL_REASONS = [
  /^(?:Type|Argument of type) '(?:undefined|null)' is not assignable/,
  /^(?:Type|Argument of type) .* is not assignable to (?:parameter of )?type '(?:undefined|null)'/,
  /^Argument of type .* is not assignable to parameter of type 'never'/,
  /^Property '.*' does not exist on type '(?:never|null|undefined)'/,
  /^Type '.* \| (?:undefined|null)' (?:must have|is not an array|cannot be used as an index)/,
];

/** "… implicitly has an 'any' type", in all its forms. */
const IMPLICIT_ANY_CODES = new Set([
  7005, 7006, 7008, 7009, 7010, 7011, 7012, 7013, 7014, 7015, 7016, 7017, 7018, 7019, 7020, 7022, 7023, 7024, 7025,
  7026, 7031, 7032, 7033, 7034, 7052, 7053, 7055, 7057,
]);

/** Whether the error exists only because the compiler is stricter than a cell, or the notebook's folder, asks for. */
export function isExcused(diagnostic: ts.Diagnostic, { nulls, implicitAny }: Strictness): boolean {
  const { code } = diagnostic;
  return CELL_CODES.has(code) || (!nulls && isAboutNull(diagnostic)) || (!implicitAny && IMPLICIT_ANY_CODES.has(code));
}

function isAboutNull({ code, messageText }: ts.Diagnostic): boolean {
  return NULL_CODES.has(code) || NULL_REASONS.some((reason) => reason.test(deepestMessage(messageText)));
}

function deepestMessage(message: string | ts.DiagnosticMessageChain): string {
  if (typeof message === "string") return message;
  const [next] = message.next ?? [];
  return next === undefined ? message.messageText : deepestMessage(next);
}

/**
 * Plain data of a diagnostic.
 *
 * @param end where the cell's own text ends; a place behind it is moved there.
 */
export function toDiagnostic(
  { code, messageText, start = 0, length = 1 }: ts.Diagnostic,
  file: ts.SourceFile,
  end: number,
  isSyntactic: boolean,
): Diagnostic {
  const from = Math.min(start, end);
  const { line, character } = file.getLineAndCharacterOfPosition(from);
  const message = ts.flattenDiagnosticMessageText(messageText, "\n");
  return { code, message, line, column: character, length: Math.max(1, Math.min(length, end - from)), isSyntactic };
}
