/** From the text of a cell to JavaScript, with nothing known but the text and the names of earlier cells. */
import ts from "typescript";
import { boxParameter } from "./boxes.js";
import { CellBoxes } from "./cellBoxes.js";
import { type Declaration, hasTopLevelAwait } from "./cellSyntax.js";
import { isJsxCell, jsxNames } from "./cellTags.js";
import type { BoxParameter } from "./language.js";
import { cellTransformer } from "./transform.js";

export interface ConvertOptions {
  /** Compiler options of the notebook's folder; what decides how code is emitted is set here. */
  readonly compilerOptions: ts.CompilerOptions;
  readonly lookUp: (name: string) => Declaration | undefined;
  readonly isTypeOnly: (name: string) => boolean;
}

export interface Emitted {
  readonly body: string;
  readonly isAsync: boolean;
  readonly sourceMap: string;
  readonly boxes: readonly BoxParameter[];
}

/** A parsed cell, in a program of its own. */
export interface ParsedCell {
  readonly file: ts.SourceFile;
  readonly program: ts.Program;
  readonly syntaxErrors: readonly ts.DiagnosticWithLocation[];
}

/** The cell's name in its source map. */
export const CELL_FILE = "cell.ts";

/** The syntax tree of a cell, whatever is wrong with it. */
export function parseText(code: string): ts.SourceFile {
  const name = isJsxCell(code) ? "cell.tsx" : CELL_FILE;
  return ts.createSourceFile(name, code, { languageVersion: ts.ScriptTarget.ESNext }, true);
}

/** Parses a cell; errors of syntax are in the result. */
export function parseCell(code: string, compilerOptions: ts.CompilerOptions): ParsedCell {
  const file = parseText(code);
  const name = file.fileName;
  const host: ts.CompilerHost = {
    getSourceFile: (fileName) => (fileName === name ? file : undefined),
    getDefaultLibFileName: () => "lib.d.ts",
    writeFile: () => {},
    getCurrentDirectory: () => "",
    getCanonicalFileName: (fileName) => fileName,
    useCaseSensitiveFileNames: () => true,
    getNewLine: () => "\n",
    fileExists: (fileName) => fileName === name,
    readFile: () => undefined,
  };
  const options = emitOptions(compilerOptions);
  const program = ts.createProgram({ rootNames: [name], options, host });
  return { file, program, syntaxErrors: program.getSyntacticDiagnostics(file) };
}

/** Emits the JavaScript of a cell without errors of syntax. */
export function emitCell(
  { file, program }: ParsedCell,
  { compilerOptions, lookUp, isTypeOnly }: ConvertOptions,
): Emitted {
  const boxes = new CellBoxes(file, lookUp);
  const transformer = cellTransformer({
    file,
    checker: program.getTypeChecker(),
    boxes,
    isTypeOnly,
    jsxNames: jsxNames(file.text, compilerOptions.jsxFactory),
  });
  let js = "";
  let sourceMap = "";
  const write = (fileName: string, text: string): void => {
    if (fileName.endsWith(".map")) sourceMap = text;
    else js = text;
  };
  program.emit(file, write, undefined, false, { before: [transformer] });
  const isAsync = hasTopLevelAwait(file) || file.statements.some(importsModule);
  return {
    body: js.replace(/^export \{\};\s*$/m, "").replace(/\/\/# sourceMappingURL=.*\s*$/, ""),
    isAsync,
    sourceMap,
    boxes: [...boxes.used].map(([name, key]) => ({ parameter: boxParameter(name), key })),
  };
}

function importsModule(statement: ts.Statement): boolean {
  return (
    (ts.isImportDeclaration(statement) && !statement.importClause?.isTypeOnly) ||
    (ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined)
  );
}

function emitOptions(options: ts.CompilerOptions): ts.CompilerOptions {
  return {
    ...(options.jsxFactory === undefined ? {} : { jsxFactory: options.jsxFactory }),
    ...(options.experimentalDecorators === undefined ? {} : { experimentalDecorators: options.experimentalDecorators }),
    ...(options.useDefineForClassFields === undefined
      ? {}
      : { useDefineForClassFields: options.useDefineForClassFields }),
    // What the oldest Node that is supported runs as it is; newer syntax is rewritten.
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleDetection: ts.ModuleDetectionKind.Force,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.React,
    sourceMap: true,
    isolatedModules: true,
    noLib: true,
    noResolve: true,
    types: [],
    allowJs: false,
    // Comments are in the cell; in the converted code they would only be more to parse.
    removeComments: true,
  };
}
