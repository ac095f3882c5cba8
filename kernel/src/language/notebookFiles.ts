/** The files that TypeScript sees: those on disk, and in the notebook's folder one for each cell. */
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

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

/** A language service host over cells and disk. Cells are put and taken away; files of packages are read once. */
export class NotebookFiles implements ts.LanguageServiceHost {
  readonly #folder: string;
  readonly #options: ts.CompilerOptions;
  readonly #provided: Readonly<Record<string, string>>;
  readonly #cells = new Map<string, StoredFile>();
  readonly #packages = new Map<string, StoredFile | undefined>();
  #resolutions: ts.ModuleResolutionCache;
  #versions = 0;
  #roots: readonly string[] = [];

  constructor({ folder, compilerOptions, provided = {} }: NotebookFilesOptions) {
    this.#folder = folder;
    this.#options = compilerOptions;
    this.#provided = provided;
    this.#resolutions = this.#newResolutions();
  }

  /** The file that stands for a cell. */
  cellPath(cell: number | "draft", extension: ".ts" | ".tsx" | ".d.ts" = ".ts"): string {
    return path.join(this.#folder, `${CELL}${cell}__${extension}`);
  }

  /** How another cell imports the file of a cell. */
  static cellSpecifier(cell: number): string {
    return `./${CELL}${cell}__`;
  }

  /** A text that is there already changes nothing, so that what was found out about it holds. */
  put(file: string, text: string): void {
    const present = this.#cells.get(file);
    if (present !== undefined && textOf(present) === text) return;
    this.#cells.set(file, { snapshot: ts.ScriptSnapshot.fromString(text), version: String(++this.#versions) });
  }

  remove(file: string): void {
    this.#cells.delete(file);
  }

  /** The files from which everything else is found by imports. */
  setRoots(files: readonly string[]): void {
    this.#roots = files;
  }

  /** Forgets which modules could be found where: something was installed or written since. */
  forgetResolutions(): void {
    this.#resolutions = this.#newResolutions();
  }

  #newResolutions(): ts.ModuleResolutionCache {
    return ts.createModuleResolutionCache(this.#folder, (name) => name, this.#options);
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

  #stored(file: string): StoredFile | undefined {
    const cell = this.#cells.get(file);
    if (cell !== undefined) return cell;
    if (this.#isLocal(file)) return this.#readLocal(file);
    if (!this.#packages.has(file)) this.#packages.set(file, read(file, "0"));
    return this.#packages.get(file);
  }

  /** Files of the user's own, which change while the kernel runs. */
  #isLocal(file: string): boolean {
    return file.startsWith(this.#folder + path.sep) && !file.includes(`${path.sep}node_modules${path.sep}`);
  }

  #readLocal(file: string): StoredFile | undefined {
    let version: string;
    try {
      const { mtimeMs, size } = fs.statSync(file);
      version = `${mtimeMs} ${size}`;
    } catch {
      this.#packages.delete(file);
      return undefined;
    }
    const known = this.#packages.get(file);
    if (known?.version === version) return known;
    const stored = read(file, version);
    this.#packages.set(file, stored);
    return stored;
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
    return this.#cells.has(file) ? textOf(this.#cells.get(file)!) : ts.sys.readFile(file);
  }

  directoryExists(folder: string): boolean {
    return folder === this.#folder || ts.sys.directoryExists(folder);
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

  useCaseSensitiveFileNames(): boolean {
    return ts.sys.useCaseSensitiveFileNames;
  }

  resolveModuleNameLiterals(
    literals: readonly ts.StringLiteralLike[],
    from: string,
    redirected: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
  ): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    return literals.map(({ text }) => this.#resolve(text, from, redirected, options));
  }

  #resolve(
    name: string,
    from: string,
    redirected: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    if (name.startsWith(`./${CELL}`)) return { resolvedModule: this.#resolvedCell(name) };
    const provided = this.#isLocal(from) ? this.#provided[name] : undefined;
    if (provided !== undefined) return { resolvedModule: resolvedTo(provided, true) };
    return ts.resolveModuleName(name, from, options, this, this.#resolutions, redirected);
  }

  #resolvedCell(name: string): ts.ResolvedModuleFull | undefined {
    const base = path.join(this.#folder, name);
    const file = [".d.ts", ".ts", ".tsx"].map((extension) => base + extension).find((each) => this.#cells.has(each));
    return file === undefined ? undefined : resolvedTo(file, false);
  }

  resolveTypeReferenceDirectiveReferences<Reference extends ts.FileReference | string>(
    references: readonly Reference[],
    from: string,
    redirected: ts.ResolvedProjectReference | undefined,
    options: ts.CompilerOptions,
  ): readonly ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations[] {
    return references.map((reference) => {
      const name = typeof reference === "string" ? reference : reference.fileName;
      const found = ts.resolveTypeReferenceDirective(name, from, options, this, redirected);
      if (found.resolvedTypeReferenceDirective !== undefined || name !== "node") return found;
      // A notebook need not have anything installed: Node's types come with the kernel, wherever npm has put them.
      const resolvedFileName = path.join(path.dirname(require.resolve("@types/node/package.json")), "index.d.ts");
      const resolvedTypeReferenceDirective = { primary: true, resolvedFileName, isExternalLibraryImport: true };
      return { resolvedTypeReferenceDirective };
    });
  }
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
