/** Type checking of texts that are not on the disk, as if they lay in the checkout. */
import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { ROOT } from "./markdown.js";

/** The checkout's compiler options, without what writes files. */
function compilerOptions(): ts.CompilerOptions {
  const file = path.join(ROOT, "tsconfig.json");
  const { config, error } = ts.readConfigFile(file, (name) => readFileSync(name, "utf8"));
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files: [file] }, ts.sys, ROOT);
  return { ...options, noEmit: true, incremental: false, tsBuildInfoFile: undefined, declaration: false };
}

/**
 * A program over the checkout with some files laid over it.
 *
 * @param files path from the root → text; they are its roots.
 * @param others further roots, paths of files that are there.
 * @param changed compiler options other than the checkout's.
 */
export function overlaidProgram(
  files: ReadonlyMap<string, string>,
  others: readonly string[] = [],
  changed: ts.CompilerOptions = {},
): ts.Program {
  const options = { ...compilerOptions(), ...changed };
  const laid = new Map([...files].map(([name, text]) => [path.join(ROOT, name), text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => laid.has(name) || fileExists(name);
  host.readFile = (name) => laid.get(name) ?? readFile(name);
  // New files may lie in new folders.
  host.directoryExists = undefined;
  host.getSourceFile = (name, settings, ...rest) => {
    const text = laid.get(path.normalize(name));
    return text === undefined
      ? getSourceFile(name, settings, ...rest)
      : ts.createSourceFile(name, text, settings, true);
  };
  return ts.createProgram([...laid.keys(), ...others.map((name) => path.join(ROOT, name))], options, host);
}

/** The checkout's own files in a program, those laid over it too, by their paths from the root. */
function ownFiles(program: ts.Program): Map<string, ts.SourceFile> {
  const own = program.getSourceFiles().filter(({ fileName }) => !fileName.includes("/node_modules/"));
  return new Map(own.map((source) => [path.relative(ROOT, source.fileName).split(path.sep).join("/"), source]));
}

/**
 * What the compiler says, each as "path:line: sentence".
 *
 * @param names which of the checkout's files; default all that the program reaches.
 */
export function complaints(program: ts.Program, names?: Iterable<string>): string[] {
  const own = ownFiles(program);
  const found: string[] = [];
  for (const name of names ?? own.keys()) {
    const source = own.get(name);
    if (source === undefined) throw new Error(`The program has no ${name}.`);
    const diagnostics = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    for (const { start = 0, messageText } of diagnostics) {
      const { line } = source.getLineAndCharacterOfPosition(start);
      found.push(`${name}:${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
    }
  }
  return found;
}

/** JavaScript of one file, its types taken out; lines stay where they are as far as they can. */
export function javaScriptOf(text: string, fileName: string): string {
  const { target } = compilerOptions();
  const compilerOptionsOfOne = { target, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(text, { fileName, compilerOptions: compilerOptionsOfOne }).outputText;
}
