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

/** What a diagnostic says when `null` and `undefined` are not told apart from other values. */
const NULL_CODES = new Set([2531, 2532, 2533, 18047, 18048, 18049, 18050]);
const NULL_REASON = /^Type '(undefined|null)' is not assignable/;

/**
 * Whether the error exists only because `null` and `undefined` have types of their own. Without a tsconfig.json that asks for
 * strictness such errors are passed over; the types stay exact, because libraries compute wrong ones otherwise.
 */
export function isAboutNull(diagnostic: ts.Diagnostic): boolean {
  return NULL_CODES.has(diagnostic.code) || NULL_REASON.test(deepestMessage(diagnostic.messageText));
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
