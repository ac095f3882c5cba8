/** The files that TypeScript sees: those on disk, and in the notebook's folder one for each cell. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";
import { Resolutions } from "./resolutions.js";

const require = createRequire(import.meta.url);

export interface NotebookFilesOptions {
  /** Folder of the notebook, absolute. */
  readonly folder: string;
  readonly compilerOptions: ts.CompilerOptions;
  /** Modules that are there without installation: their declaration files by their names. */
  readonly provided?: Readonly<Record<string, string>>;
}

interface StoredFile {
  readonly snapshot: ts.IScriptSnapshot;
  readonly version: string;
}

/** The beginning of every cell's file name; followed by a number. */
const CELL = "__cell_";

/**
 * A language service host over cells and disk. Cells are put and taken away; files of packages are read once; the user's own
 * files are read again when they have changed at `refresh`.
 */
export class NotebookFiles implements ts.LanguageServiceHost {
  readonly #folder: string;
  readonly #options: ts.CompilerOptions;
  readonly #resolutions: Resolutions;
  /** Cells, and modules that are cells. */
  readonly #cells = new Map<string, StoredFile>();
  /** Folders of cells; those of modules need not be on disk. */
  readonly #folders = new Set<string>();
  readonly #local = new Map<string, StoredFile | undefined>();
  readonly #packages = new Map<string, StoredFile | undefined>();
  #versions = 0;
  #revision = 0;
  #programs = 0;
  #roots: readonly string[] = [];

  constructor({ folder, compilerOptions, provided = {} }: NotebookFilesOptions) {
    this.#folder = folder;
    this.#folders.add(folder);
    this.#options = compilerOptions;
    this.#resolutions = new Resolutions({
      folder,
      compilerOptions,
      host: this,
      isLocal: (file) => this.#isLocal(file),
      fixed: (name, from) => this.#resolveCell(name) ?? this.#resolveProvided(provided, name, from),
    });
  }

  /** The file that stands for a cell. */
  cellPath(cell: number | "draft", extension: ".ts" | ".tsx" | ".d.ts" = ".ts"): string {
    return path.join(this.#folder, `${CELL}${cell}__${extension}`);
  }

  /** How another cell imports the file of a cell. */
  static cellSpecifier(cell: number): string {
    return `./${CELL}${cell}__`;
  }

  /** Whether a name is of what is put here, and no user's. */
  static isCellName(name: string): boolean {
    return name.includes(CELL);
  }

  /** Whether a file stands for a cell that is no module, or for something else of the session. */
  isCell(file: string): boolean {
    return path.basename(file).startsWith(CELL) && path.dirname(file) === this.#folder;
  }

  /** A text that is another one for each text that is put; undefined when there is none. */
  cellVersion(file: string): string | undefined {
    return this.#cells.get(file)?.version;
  }

  /** The text that was put for a file; undefined when there is none. */
  textOf(file: string): string | undefined {
    const stored = this.#cells.get(file);
    return stored === undefined ? undefined : textOf(stored);
  }

  /** The file that imports what all cells have imported. */
  get importsPath(): string {
    return path.join(this.#folder, `${CELL}imports__.ts`);
  }

  /** Changes with every file but those of cells, and with what modules mean. */
  get revision(): number {
    return this.#revision;
  }

  /** A text that is there already changes nothing, so that what was found out about it holds. */
  put(file: string, text: string): void {
    if (this.textOf(file) === text) return;
    for (let at = path.dirname(file); !this.#folders.has(at); at = path.dirname(at)) this.#folders.add(at);
    this.#cells.set(file, { snapshot: ts.ScriptSnapshot.fromString(text), version: String(++this.#versions) });
    if (!this.isCell(file)) this.#revision++;
  }

  remove(file: string): void {
    if (!this.#cells.delete(file)) return;
    this.#resolutions.forgetWhere(NotebookFiles.isCellName);
    if (!this.isCell(file)) this.#revision++;
  }

  /** The service makes a new program when it is next asked. @param roots from which everything else is found by imports. */
  startProgram(roots: readonly string[]): void {
    this.#roots = roots;
    this.#programs++;
  }

  /** Forgets which modules could be found where: something was installed or written since. */
  forgetResolutions(): void {
    this.#resolutions.forget();
    for (const [file, stored] of this.#packages) if (stored === undefined) this.#packages.delete(file);
    this.#revision++;
  }

  /** A program was made since `startProgram`: what had to be looked up again was. */
  programMade(): void {
    this.#resolutions.settle();
  }

  /** Looks which of the user's own files have changed, and for what was missing. Call it once for each request. */
  refresh(): void {
    if (this.#resolutions.retry()) this.forgetResolutions();
    for (const [file, known] of this.#local) {
      const version = versionOf(file);
      if (known?.version === version) continue;
      this.#local.delete(file);
      if (version === undefined) this.forgetResolutions();
      this.#revision++;
    }
  }

  getProjectVersion(): string {
    return String(this.#programs);
  }

  getScriptFileNames(): string[] {
    return [...this.#roots];
  }

  getScriptVersion(file: string): string {
    return this.#stored(file)?.version ?? "";
  }

  getScriptSnapshot(file: string): ts.IScriptSnapshot | undefined {
    return this.#stored(file)?.snapshot;
  }

  /** The syntax tree of a file that is there, as the service would make it. */
  parse(file: string): ts.SourceFile {
    const { snapshot, version } = this.#stored(file)!;
    return ts.createLanguageServiceSourceFile(file, snapshot, ts.ScriptTarget.ESNext, version, false);
  }

  #stored(file: string): StoredFile | undefined {
    const cell = this.#cells.get(file);
    if (cell !== undefined) return cell;
    const isLocal = this.#isLocal(file);
    const known = isLocal ? this.#local : this.#packages;
    if (!known.has(file)) known.set(file, read(file, (isLocal ? versionOf(file) : undefined) ?? "0"));
    return known.get(file);
  }

  /** Files of the user's own, which change while the kernel runs. */
  #isLocal(file: string): boolean {
    return file.startsWith(this.#folder + path.sep) && !file.includes(`${path.sep}node_modules${path.sep}`);
  }

  getCurrentDirectory(): string {
    return this.#folder;
  }

  getCompilationSettings(): ts.CompilerOptions {
    return this.#options;
  }

  getDefaultLibFileName(options: ts.CompilerOptions): string {
    return path.join(path.dirname(require.resolve("typescript")), ts.getDefaultLibFileName(options));
  }

  fileExists(file: string): boolean {
    return this.#cells.has(file) || ts.sys.fileExists(file);
  }

  readFile(file: string): string | undefined {
    return this.textOf(file) ?? ts.sys.readFile(file);
  }

  directoryExists(folder: string): boolean {
    return this.#folders.has(folder) || ts.sys.directoryExists(folder);
  }

  getDirectories(folder: string): string[] {
    return ts.sys.getDirectories(folder);
  }

  readDirectory(
    folder: string,
    extensions?: readonly string[],
    exclude?: readonly string[],
    include?: readonly string[],
    depth?: number,
  ): string[] {
    return ts.sys.readDirectory(folder, extensions, exclude, include, depth);
  }

  /** Packages that are linked find their own dependencies beside the place where they really are. */
  realpath(file: string): string {
    return this.#cells.has(file) ? file : ts.sys.realpath!(file);
  }

  useCaseSensitiveFileNames(): boolean {
    return ts.sys.useCaseSensitiveFileNames;
  }

  resolveModuleNameLiterals(
    literals: readonly ts.StringLiteralLike[],
    from: string,
    redirected: ts.ResolvedProjectReference | undefined,
  ): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    const names = literals.map(({ text }) => text);
    return this.#resolutions.modules(names, from, redirected);
  }

  resolveTypeReferenceDirectiveReferences<Reference extends ts.FileReference | string>(
    references: readonly Reference[],
    from: string,
  ): readonly ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations[] {
    return references.map((reference) =>
      this.#resolutions.types(typeof reference === "string" ? reference : reference.fileName, from),
    );
  }

  /** Without it every program would read the package.json of every package again. */
  getModuleResolutionCache(): ts.ModuleResolutionCache {
    return this.#resolutions.cache;
  }

  /** TypeScript asks for each file whether it must look up anew what the file imports. */
  readonly hasInvalidatedResolutions = (file: string): boolean => this.#resolutions.isForgotten(file);

  #resolveCell(name: string): ts.ResolvedModuleFull | undefined {
    if (!name.startsWith(`./${CELL}`)) return undefined;
    const base = path.join(this.#folder, name);
    const file = [".d.ts", ".ts", ".tsx"].map((extension) => base + extension).find((each) => this.#cells.has(each));
    return file === undefined ? undefined : resolvedTo(file, false);
  }

  #resolveProvided(
    provided: Readonly<Record<string, string>>,
    name: string,
    from: string,
  ): ts.ResolvedModuleFull | undefined {
    return this.#isLocal(from) && Object.hasOwn(provided, name) ? resolvedTo(provided[name]!, true) : undefined;
  }
}

/** A text that changes with the file on disk; undefined when there is none. */
function versionOf(file: string): string | undefined {
  const found = fs.statSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.mtimeMs} ${found.size}`;
}

function read(file: string, version: string): StoredFile | undefined {
  const text = ts.sys.readFile(file);
  return text === undefined ? undefined : { snapshot: ts.ScriptSnapshot.fromString(text), version };
}

function textOf({ snapshot }: StoredFile): string {
  return snapshot.getText(0, snapshot.getLength());
}

function resolvedTo(file: string, isExternalLibraryImport: boolean): ts.ResolvedModuleFull {
  const extension = file.endsWith(".d.ts") ? ts.Extension.Dts : path.extname(file);
  return { resolvedFileName: file, extension, isExternalLibraryImport };
}
