/**
 * The program in which cells are checked. It is made of the libraries and of the user's files that cells import, and stays, with
 * all that its checker has found out, until one of those changes; cells are added to it one by one.
 */
import type ts from "typescript";
import { type AddedFile, addFiles, canAddFiles, isAddable, prepareFile } from "./addedFile.js";
import type { NotebookFiles } from "./notebookFiles.js";

export interface CellProgramLimits {
  /** After so many added files the program is made anew, because its checker forgets nothing by itself. Default 500. */
  readonly files?: number;
  /** After so many new types. Default 100,000. */
  readonly types?: number;
}

/** A program as the compiler made it. */
interface Base {
  readonly program: ts.Program;
  /** Its files that nobody need import. */
  readonly roots: readonly string[];
  /** What the files were when it was made. */
  readonly revision: number;
  /** Versions of the cells in it. */
  readonly cells: ReadonlyMap<string, string | undefined>;
  readonly types: number;
  readonly canAdd: boolean;
  /** Takes away what was added. */
  readonly strip: () => void;
}

export class CellProgram {
  readonly #files: NotebookFiles;
  readonly #service: ts.LanguageService;
  readonly #limits: Required<CellProgramLimits>;
  /** The modules that cells have imported: they stay, so that going from one cell to another reads nothing again. */
  readonly #imported = new Set<string>();
  readonly #added = new Map<string, AddedFile>();
  #base: Base | undefined;
  /** Files that were added to the present base, those that are gone among them. */
  #additions = 0;
  #bases = 0;
  /** The file that was asked for last. */
  #last: string | undefined;

  /** @param service over these files. */
  constructor(
    files: NotebookFiles,
    service: ts.LanguageService,
    { files: maxFiles = 500, types = 100_000 }: CellProgramLimits = {},
  ) {
    this.#files = files;
    this.#service = service;
    this.#limits = { files: maxFiles, types };
  }

  /**
   * The service's program, with a file in it and all that the file imports. Files of other cells may be missing.
   *
   * @param globals files that every cell sees.
   */
  around(path: string, globals: readonly string[]): ts.Program {
    this.#last = path;
    const isWhole = this.#dropChanged();
    if (!isWhole || this.#isOutdated(path, globals)) this.#make(globals);
    if (this.#has(path)) return this.#base!.program;
    const missing = new Set<string>();
    const isAdded = this.#add(path, missing);
    if (isAdded && missing.size === 0) return this.#base!.program;
    for (const name of missing) this.#imported.add(name);
    this.#make(isAdded ? globals : [path, ...globals]);
    if (isAdded) this.#add(path, missing);
    return this.#base!.program;
  }

  /** The next question gets a new program: the checker of this one was left in the middle of something. */
  forget(): void {
    this.#base?.strip();
    this.#base = undefined;
  }

  /** How many files there are for the last question, the libraries' among them. */
  get fileCount(): number {
    const reached = new Set<string>();
    const visit = (path: string): void => {
      const added = this.#added.get(path);
      if (added === undefined || reached.has(path)) return;
      reached.add(path);
      for (const file of added.files) visit(file);
    };
    visit(this.#last ?? "");
    return this.#base!.program.getSourceFiles().length + reached.size;
  }

  #has(path: string): boolean {
    return this.#base?.program.getSourceFile(path) !== undefined;
  }

  /**
   * Takes away the added files that are no more what they were.
   *
   * @returns whether no file that is left has found one of them.
   */
  #dropChanged(): boolean {
    const changed = [...this.#added].filter(([path, { version }]) => this.#files.cellVersion(path) !== version);
    for (const [path] of changed) this.#added.delete(path);
    for (const [path, { files }] of this.#added) {
      if (!changed.some(([each]) => files.has(each))) continue;
      // Nobody has found the draft.
      if (path !== this.#draft(path)) return false;
      this.#added.delete(path);
    }
    return true;
  }

  #draft(path: string): string {
    return this.#files.cellPath("draft", path.endsWith(".tsx") ? ".tsx" : ".ts");
  }

  #isOutdated(path: string, globals: readonly string[]): boolean {
    const base = this.#base;
    return (
      base === undefined ||
      base.revision !== this.#files.revision ||
      globals.some((file) => !base.roots.includes(file)) ||
      base.roots.some((file) => file !== path && !globals.includes(file)) ||
      [...base.cells].some(([cell, version]) => this.#files.cellVersion(cell) !== version) ||
      this.#additions >= this.#limits.files ||
      base.program.getTypeCount() - base.types >= this.#limits.types
    );
  }

  /** Makes the base. @param roots files besides those that cells have imported. */
  #make(roots: readonly string[]): void {
    this.#base?.strip();
    this.#added.clear();
    this.#additions = 0;
    const { importsPath } = this.#files;
    // With the number it is another text each time: of one that is the same the service would make no new program.
    const imports = [...this.#imported].map((name) => `import ${JSON.stringify(name)};\n`).join("");
    this.#files.put(importsPath, `${imports}export {}; // ${++this.#bases}\n`);
    this.#files.startProgram([...new Set([...roots, importsPath])]);
    const program = this.#service.getProgram()!;
    this.#files.programMade();
    const cells = program.getSourceFiles().filter(({ fileName }) => this.#files.isCell(fileName));
    const canAdd = canAddFiles(program);
    this.#base = {
      program,
      roots,
      revision: this.#files.revision,
      cells: new Map(cells.map(({ fileName }) => [fileName, this.#files.cellVersion(fileName)])),
      types: program.getTypeCount(),
      canAdd,
      strip: canAdd ? addFiles(program, this.#added) : () => {},
    };
  }

  /**
   * Adds a cell's file, and those of the cells that it imports.
   *
   * @param missing gets the names of modules that no program has looked for yet.
   * @returns whether it could be added; if not, a program must be made around it.
   */
  #add(path: string, missing: Set<string>): boolean {
    if (this.#has(path)) return true;
    const { canAdd, program } = this.#base!;
    if (!canAdd || !this.#files.isCell(path)) return false;
    const source = this.#files.parse(path);
    if (!isAddable(source)) return false;
    const file = prepareFile(source, this.#files.cellVersion(path)!, program.getCompilerOptions(), (specifiers) =>
      this.#files.resolveModuleNameLiterals(specifiers, path, undefined),
    );
    this.#added.set(path, file);
    this.#additions++;
    for (const [name, { resolvedModule }] of file.imports) {
      const imported = resolvedModule?.resolvedFileName;
      if (imported === undefined || this.#has(imported)) continue;
      if (this.#files.isCell(imported)) {
        if (this.#add(imported, missing)) continue;
        this.#added.delete(path);
        return false;
      }
      if (!this.#imported.has(name)) missing.add(name);
    }
    return true;
  }
}
