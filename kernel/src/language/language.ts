/** What the rest of the kernel asks of TypeScript, in whichever thread it runs. */
import type { Diagnostic } from "./diagnostics.js";

/** What becomes of type errors: `block`: the cell does not run; `show`: it runs and they are shown; `off`: not looked for. */
export type TypeErrors = "block" | "show" | "off";

export interface CellSource {
  /** The cell's number; unique in a session and growing. */
  readonly cell: number;
  readonly code: string;
  /** Default `block`. With `show` the caller asks for `check` beside the run. */
  readonly typeErrors?: TypeErrors;
}

/** A box of a session: where a top-level name of a cell keeps its value. */
export interface BoxParameter {
  /** The parameter of the cell's function that takes the box. */
  readonly parameter: string;
  /** Which box: equal keys are the same box, in all cells. */
  readonly key: string;
}

/** A name that a cell declares, with its box's key. */
export interface DeclaredBox {
  readonly name: string;
  readonly key: string;
  /** What the module in the box exports it as; absent where the box holds the value itself. */
  readonly imported?: string;
}

/** A cell that can run. */
export interface ConvertedCell {
  readonly ok: true;
  /**
   * The body of a function with the parameters of `RUNTIME_PARAMETERS` and then those of `boxes`. It returns the value of the
   * cell's last expression in an array, or undefined when the cell does not end with an expression.
   */
  readonly body: string;
  /** Whether the body must run in an async function: it awaits, or imports. */
  readonly isAsync: boolean;
  readonly boxes: readonly BoxParameter[];
  readonly declares: readonly DeclaredBox[];
  /** JSON of the source map from the body to the cell. */
  readonly sourceMap: string;
}

/** A cell that must not run. */
export interface RefusedCell {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Completions {
  readonly matches: readonly CompletionMatch[];
  /** UTF-16 offsets of what the matches replace. */
  readonly start: number;
  readonly end: number;
}

export interface CompletionMatch {
  readonly text: string;
  /** Kind in TypeScript's words: `method`, `property`, `class`, `module`, `keyword`, … */
  readonly type: string;
  /** The declaration in one line; the first matches have it. */
  readonly signature?: string;
}

export interface Inspection {
  /** The declaration, in one or several lines of TypeScript. */
  readonly declaration: string;
  /** Markdown. */
  readonly documentation: string;
}

export type Completeness =
  | { readonly status: "complete" | "invalid" }
  | { readonly status: "incomplete"; readonly indent: string };

/** A file of the user's own, on disk or a cell that is a module. */
export interface LocalFile {
  /** Absolute path. */
  readonly file: string;
  /** A text that differs when the file, or a local file that it imports, has changed. */
  readonly version: string;
}

/** A local TypeScript file as a module that Node runs. */
export interface TranspiledFile {
  /** With its source map in it. */
  readonly js: string;
}

/** A place in a cell; line and column from 0, in UTF-16 units. Default column: the line's first word. */
export interface ExpressionPlace {
  readonly code: string;
  readonly line: number;
  readonly column?: number;
}

/** An expression that can be evaluated anywhere. */
export interface ConvertedExpression {
  /** An arrow function with the parameters `runtime` and then a box for each of `keys`; it gives the value in an array. */
  readonly js: string;
  /** Whether it awaits: then it promises the array. */
  readonly isAsync: boolean;
  /** Those of `RUNTIME_PARAMETERS` that it can be given. */
  readonly runtime: readonly string[];
  readonly keys: readonly string[];
}

/** Positions are UTF-16 offsets into the code given. */
export interface Language {
  /**
   * Converts a cell and declares its names for later ones. A cell that begins with `@module name` becomes the module `./name`, which
   * runs when it is imported, and one with `@browser` is not for here: both give a body that does nothing.
   */
  convert(source: CellSource): Promise<ConvertedCell | RefusedCell>;
  /** Type errors of a cell that was converted. */
  check(cell: number): Promise<readonly Diagnostic[]>;
  /**
   * The cell has run. Names that it declared and never gave a value are withdrawn: what they meant before holds again.
   *
   * @param unset default none.
   */
  settle(cell: number, unset?: readonly string[]): Promise<void>;
  complete(code: string, position: number): Promise<Completions>;
  /** @param detail 1: with examples and tags. */
  inspect(code: string, position: number, detail?: 0 | 1): Promise<Inspection | undefined>;
  isComplete(code: string): Promise<Completeness>;
  /**
   * The file of the user's own that an import means, if it means one: by a path, by `paths` of tsconfig.json, or a cell's module.
   *
   * @param importer absolute path of the file that imports; of a cell, any file in the notebook's folder.
   */
  resolveLocal(specifier: string, importer: string): Promise<LocalFile | undefined>;
  /** @throws KernelError when the file cannot be read or has errors of syntax. */
  transpile(file: string): Promise<TranspiledFile>;
  /**
   * Converts one expression for a debugger.
   *
   * @param place where it is evaluated; `file`: in a module, to which names of the session mean nothing. Default: beside all
   *   cells.
   * @throws KernelError when the text is no expression.
   */
  expression(code: string, place?: ExpressionPlace | "file"): Promise<ConvertedExpression>;
  /** Lines of a cell, from 0 and ascending, that a breakpoint can have. */
  breakpointLines(code: string): Promise<readonly number[]>;
  /** Whether what is thrown at a place is caught in the same function. Line and column from 0. */
  catchesAt(code: string, line: number, column: number): Promise<boolean>;
  close(): Promise<void>;
}
