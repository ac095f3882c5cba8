/** TypeScript's settings for a notebook: the kernel's defaults, and the tsconfig.json of the notebook's folder over them. */
import path from "node:path";
import ts from "typescript";

export interface NotebookOptions {
  readonly compilerOptions: ts.CompilerOptions;
  /** Whether `null` and `undefined` are told apart from other values: only where a tsconfig.json asks for it. */
  readonly isNullStrict: boolean;
  /** What could not be used of tsconfig.json, in sentences. */
  readonly faults: readonly string[];
}

const DEFAULTS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ESNext,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  lib: ["lib.esnext.d.ts"],
  types: ["node"],
  strict: true,
  // A notebook is explored, not compiled for good: what has no type is `any`.
  noImplicitAny: false,
  strictPropertyInitialization: false,
  useUnknownInCatchVariables: false,
  allowJs: true,
  checkJs: false,
  resolveJsonModule: true,
  esModuleInterop: true,
  allowSyntheticDefaultImports: true,
  jsx: ts.JsxEmit.React,
};

/** What cells need, whatever the folder says. */
const FIXED: ts.CompilerOptions = {
  allowImportingTsExtensions: true,
  skipLibCheck: true,
  declaration: true,
  emitDeclarationOnly: true,
  noEmit: false,
  composite: false,
  incremental: false,
  isolatedModules: false,
  isolatedDeclarations: false,
  verbatimModuleSyntax: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
  moduleDetection: ts.ModuleDetectionKind.Force,
};

/**
 * Settings for the notebooks of a folder.
 *
 * @param folder absolute; its tsconfig.json is read if there is one, with what it extends. A faulty one is passed over as far as
 *   it is faulty.
 */
export function notebookOptions(folder: string): NotebookOptions {
  const file = path.join(folder, "tsconfig.json");
  if (!ts.sys.fileExists(file)) return { compilerOptions: { ...DEFAULTS, ...FIXED }, isNullStrict: false, faults: [] };
  const { config, error } = ts.readConfigFile(file, ts.sys.readFile);
  // Which files the project has does not matter to a notebook, and looking for them can take long.
  const parsed = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, folder, {}, file);
  const { options } = parsed;
  const faults = [error, ...parsed.errors]
    .filter((fault) => fault !== undefined && fault.code !== NO_FILES)
    .map((fault) => `${file}: ${ts.flattenDiagnosticMessageText(fault!.messageText, " ")}`);
  return {
    compilerOptions: { ...DEFAULTS, ...withoutOutput(options), ...FIXED },
    isNullStrict: options.strictNullChecks ?? options.strict ?? false,
    faults,
  };
}

/** "The 'files' list in config file is empty": it is meant to be. */
const NO_FILES = 18002;

function withoutOutput(options: ts.CompilerOptions): ts.CompilerOptions {
  const {
    module: _module,
    moduleResolution: _resolution,
    outDir: _out,
    rootDir: _root,
    outFile: _file,
    ...rest
  } = options;
  const {
    declarationDir: _declarations,
    tsBuildInfoFile: _info,
    configFilePath: _path,
    noEmit: _noEmit,
    ...kept
  } = rest;
  return kept;
}
