/** TypeScript's settings for a notebook: the kernel's defaults, and the tsconfig.json of the notebook's folder over them. */
import path from "node:path";
import ts from "typescript";
import type { Strictness } from "./diagnostics.js";

export interface NotebookOptions {
  /** For cells. */
  readonly compilerOptions: ts.CompilerOptions;
  /** Only what a tsconfig.json asks for is strict. */
  readonly strictness: Strictness;
  /** How JSX of local files is converted; cells have React's classic way. */
  readonly fileJsx: ts.JsxEmit;
  /** What could not be used of tsconfig.json, in sentences. */
  readonly faults: readonly string[];
}

const DEFAULTS: ts.CompilerOptions = {
  lib: ["lib.esnext.d.ts"],
  strict: true,
  // A notebook is explored, not compiled for good.
  strictPropertyInitialization: false,
  useUnknownInCatchVariables: false,
  noImplicitThis: false,
  allowJs: true,
  resolveJsonModule: true,
  esModuleInterop: true,
  allowSyntheticDefaultImports: true,
};

/** What is relaxed above, unless the folder asks for it. */
const RELAXED = ["strictPropertyInitialization", "useUnknownInCatchVariables", "noImplicitThis"] as const;

/** What cells need, whatever the folder says. */
const FIXED: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  // See `Strictness`.
  strictNullChecks: true,
  noImplicitAny: true,
  jsx: ts.JsxEmit.React,
  allowImportingTsExtensions: true,
  checkJs: false,
  skipLibCheck: true,
  // Otherwise each program looks for a package that replaces each of a hundred library files.
  libReplacement: false,
  // Declarations are asked for when a cell has run; with this, all that cannot be declared would be an error before.
  declaration: false,
  declarationMap: false,
  emitDeclarationOnly: false,
  removeComments: false,
  stripInternal: false,
  noEmit: false,
  noEmitOnError: false,
  sourceMap: false,
  composite: false,
  incremental: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  allowUnreachableCode: true,
  allowUnusedLabels: true,
  noUnusedLocals: false,
  noUnusedParameters: false,
};

/**
 * Settings for the notebooks of a folder.
 *
 * @param folder absolute; its tsconfig.json is read if there is one, with what it extends. A faulty one is passed over as far as
 *   it is faulty.
 */
export function notebookOptions(folder: string): NotebookOptions {
  const file = path.join(folder, "tsconfig.json");
  if (!ts.sys.fileExists(file)) return withDefaults({}, []);
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  // Which files the project has does not matter to a notebook, and looking for them can take long.
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, folder, {}, file);
  const { options } = parsed;
  const faults = [error, ...parsed.errors]
    .filter((fault) => fault !== undefined && fault.code !== NO_FILES)
    .map((fault) => `${file}: ${ts.flattenDiagnosticMessageText(fault!.messageText, " ")}`);
  return withDefaults(options, faults);
}

function withDefaults(options: ts.CompilerOptions, faults: readonly string[]): NotebookOptions {
  const relaxed = options.strict ? Object.fromEntries(RELAXED.map((name) => [name, options[name] ?? true])) : {};
  // Node's names are there in every notebook.
  const types = [...new Set([...(options.types ?? []), "node"])];
  return {
    compilerOptions: { ...DEFAULTS, ...withoutOutput(options), ...relaxed, types, ...FIXED },
    strictness: {
      nulls: options.strictNullChecks ?? options.strict ?? false,
      implicitAny: options.noImplicitAny ?? options.strict ?? false,
    },
    fileJsx: options.jsx ?? ts.JsxEmit.React,
    faults,
  };
}

/** "The 'files' list in config file is empty": it is meant to be. */
const NO_FILES = 18002;

function withoutOutput({
  outDir: _folder,
  outFile: _file,
  rootDir: _root,
  declarationDir: _declarations,
  tsBuildInfoFile: _info,
  configFilePath: _path,
  ...kept
}: ts.CompilerOptions): ts.CompilerOptions {
  return kept;
}
