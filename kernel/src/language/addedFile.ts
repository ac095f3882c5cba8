/**
 * A file that joins a program after it was made, with its checker. TypeScript's public interface makes a new program, and a new
 * checker, for each change of a file: some ten ms with Node's types alone, and more with every library that cells import. What
 * is used here beyond that interface is in this file; where a version of the compiler has it not, nothing can be added.
 */
import ts from "typescript";

/** What the compiler's program writes into a file that it takes in. */
interface ProgramFile {
  path: string;
  resolvedPath: string;
  originalFileName: string;
  imports: readonly ts.StringLiteralLike[];
  moduleAugmentations: readonly ts.StringLiteral[];
  ambientModuleNames: readonly string[];
}

type Resolution = ts.ResolvedModuleWithFailedLookupLocations;

/** The checker, which belongs to a program, asks it by these. */
interface CheckerHost {
  getSourceFile(name: string): ts.SourceFile | undefined;
  getResolvedModule(file: ts.SourceFile, name: string, mode: ts.ResolutionMode): Resolution | undefined;
  getResolvedModuleFromModuleSpecifier(specifier: ts.StringLiteralLike, file?: ts.SourceFile): Resolution | undefined;
}

interface Binder {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

const HOST_METHODS = ["getSourceFile", "getResolvedModule", "getResolvedModuleFromModuleSpecifier"] as const;

export interface AddedFile {
  readonly source: ts.SourceFile;
  /** Version of the text. */
  readonly version: string;
  /** What its imports mean, by the names in it. */
  readonly imports: ReadonlyMap<string, Resolution>;
  /** Paths of the files that it imports. */
  readonly files: ReadonlySet<string>;
}

/** Whether files can be added to programs that are made with these options. */
export function canAddFiles(program: ts.Program): boolean {
  const { importHelpers, jsxImportSource } = program.getCompilerOptions();
  // Both make imports that are not in the text.
  if (importHelpers || jsxImportSource !== undefined) return false;
  const host = program as unknown as Partial<CheckerHost>;
  return (
    typeof (ts as unknown as Partial<Binder>).bindSourceFile === "function" &&
    HOST_METHODS.every((name) => typeof host[name] === "function")
  );
}

/**
 * Whether a file can be added: it changes nothing that other files see without an import, and finds all that it needs by imports.
 */
export function isAddable(source: ts.SourceFile): boolean {
  return (
    ts.isExternalModule(source) &&
    source.referencedFiles.length + source.typeReferenceDirectives.length + source.libReferenceDirectives.length ===
      0 &&
    !/@jsx(?:ImportSource|Runtime)/i.test(source.text) &&
    !source.statements.some(declaresForAll)
  );
}

function declaresForAll(statement: ts.Statement): boolean {
  if (ts.isNamespaceExportDeclaration(statement)) return true;
  if (!ts.isModuleDeclaration(statement)) return false;
  return ts.isStringLiteral(statement.name) || (statement.flags & ts.NodeFlags.GlobalAugmentation) !== 0;
}

/**
 * Makes a parsed file ready to be added.
 *
 * @param resolve gives the meaning of each name that the file imports.
 */
export function prepareFile(
  source: ts.SourceFile,
  version: string,
  options: ts.CompilerOptions,
  resolve: (specifiers: readonly ts.StringLiteralLike[]) => readonly Resolution[],
): AddedFile {
  const specifiers = specifiersOf(source);
  const file = source as unknown as ProgramFile;
  file.path = ts.sys.useCaseSensitiveFileNames ? source.fileName : source.fileName.toLowerCase();
  file.resolvedPath = file.path;
  file.originalFileName = source.fileName;
  file.imports = specifiers;
  file.moduleAugmentations = [];
  file.ambientModuleNames = [];
  (ts as unknown as Binder).bindSourceFile(source, options);
  const resolved = resolve(specifiers);
  return {
    source,
    version,
    imports: new Map(specifiers.map(({ text }, i) => [text, resolved[i]!])),
    files: new Set(resolved.flatMap(({ resolvedModule }) => resolvedModule?.resolvedFileName ?? [])),
  };
}

/**
 * Lets a program and its checker find added files.
 *
 * @param added files by their paths; may change as long as no file that has been found means another one later.
 * @returns ends it, so that the program is again what the compiler made.
 */
export function addFiles(program: ts.Program, added: ReadonlyMap<string, AddedFile>): () => void {
  const host = program as unknown as CheckerHost;
  const { getSourceFile, getResolvedModule, getResolvedModuleFromModuleSpecifier } = host;
  const resolutionIn = (file: ts.SourceFile, name: string): Resolution | undefined => {
    const present = added.get(file.fileName);
    return present?.source === file ? present.imports.get(name) : undefined;
  };
  host.getSourceFile = (name) => getSourceFile(name) ?? added.get(name)?.source;
  host.getResolvedModule = (file, name, mode) => resolutionIn(file, name) ?? getResolvedModule(file, name, mode);
  host.getResolvedModuleFromModuleSpecifier = (specifier, file = specifier.getSourceFile()) =>
    resolutionIn(file, specifier.text) ?? getResolvedModuleFromModuleSpecifier(specifier, file);
  return () => Object.assign(host, { getSourceFile, getResolvedModule, getResolvedModuleFromModuleSpecifier });
}

/** Where a file names modules: in imports, exports, calls of `import` and types. */
function specifiersOf(source: ts.SourceFile): readonly ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== undefined && ts.isStringLiteralLike(specifier)) found.push(specifier);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function specifierOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  return ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
    ? node.arguments[0]
    : undefined;
}
