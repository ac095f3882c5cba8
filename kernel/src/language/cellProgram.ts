/**
 * The program in which cells are checked. It is made of the libraries and of the user's files that cells import, and stays, with
 * all that its checker has found out, until one of those changes; cells are added to it one by one.
 */
import type ts from "typescript";
import { type AddedFile, addFiles, canAddFiles, isAddable, prepareFile } from "./addedFile.js";
import { NotebookFiles } from "./notebookFiles.js";

/** After so many added files, or new types, the checker is made anew: it forgets nothing by itself. */
const MAX_ADDED = 500;
const MAX_TYPES = 100_000;

/** A program as the compiler made it. */
interface Base {
  readonly program: ts.Program;
  readonly roots: readonly string[];
  /** What the files were when it was made. */
  readonly revision: number;
  /** Versions of the cells in it. */
  readonly cells: ReadonlyMap<string, string>;
  readonly types: number;
  readonly canAdd: boolean;
  /** Takes away what was added. */
  readonly strip: () => void;
}

export class CellProgram {
  readonly #files: NotebookFiles;
  readonly #service: ts.LanguageService;
  /** The modules that cells have imported: they stay, so that going from one cell to another reads nothing again. */
  readonly #imported = new Set<string>();
  readonly #added = new Map<string, AddedFile>();
  #base: Base | undefined;
  /** Files that were added to the present base. */
  #additions = 0;
  #bases = 0;
  /** The file that was asked for last. */
  #last: string | undefined;

  constructor(files: NotebookFiles, service: ts.LanguageService) {
    this.#files = files;
    this.#service = service;
  }

  /**
   * The program, which has a file and all that it imports. What its checker says of other files of cells may be old.
   *
   * @param globals files that every cell sees.
   */
  around(path: string, globals: readonly string[]): ts.Program {
    this.#last = path;
    const isWhole = this.#forgetAdded();
    if (!isWhole || this.#isOutdated(path, globals)) this.#renew(globals);
    if (this.#has(path)) return this.#base!.program;
    const missing = this.#add(path);
    const isAdded = this.#has(path);
    if (isAdded && missing.length === 0) return this.#base!.program;
    for (const name of missing) this.#imported.add(name);
    this.#renew(isAdded ? globals : [path, ...globals]);
    this.#add(path);
    return this.#base!.program;
  }

  /** How many files there are for the last question, the libraries' among them. */
  get fileCount(): number {
    const { program } = this.#base!;
    const reached = new Set<string>();
    const visit = (path: string): void => {
      const added = this.#added.get(path);
      if (added === undefined || reached.has(path)) return;
      reached.add(path);
      for (const file of importedCells(added)) visit(file);
    };
    visit(this.#last ?? "");
    return program.getSourceFiles().length + reached.size;
  }

  #has(path: string): boolean {
    return this.#base?.program.getSourceFile(path) !== undefined;
  }

  /**
   * Takes away the added files that are no more what they were.
   *
   * @returns whether nothing that is left has found one of them.
   */
  #forgetAdded(): boolean {
    for (const [path, { version }] of this.#added)
      if (this.#files.getScriptVersion(path) !== version) this.#added.delete(path);
    let isWhole = true;
    for (const [path, file] of this.#added) {
      if (importedCells(file).every((each) => this.#has(each))) continue;
      // Nobody can have found the draft.
      if (NotebookFiles.isDraft(path)) this.#added.delete(path);
      else isWhole = false;
    }
    return isWhole;
  }

  #isOutdated(path: string, globals: readonly string[]): boolean {
    const base = this.#base;
    return (
      base === undefined ||
      base.revision !== this.#files.revision ||
      globals.some((file) => !base.roots.includes(file)) ||
      base.roots.some((file) => file !== path && !globals.includes(file)) ||
      [...base.cells].some(([path, version]) => this.#files.getScriptVersion(path) !== version) ||
      this.#additions > MAX_ADDED ||
      base.program.getTypeCount() - base.types > MAX_TYPES
    );
  }

  /** @param files from which the program is made, besides what cells have imported. */
  #renew(files: readonly string[]): void {
    this.#base?.strip();
    this.#added.clear();
    this.#additions = 0;
    // With the number it is another text each time: of one that is the same the service would make no new program.
    const imports = [...this.#imported].map((name) => `import ${JSON.stringify(name)};\n`).join("");
    this.#files.put(this.#files.importsPath, `${imports}export {}; // ${++this.#bases}\n`);
    this.#files.startProgram([...files, this.#files.importsPath]);
    const program = this.#service.getProgram()!;
    this.#files.programMade();
    const cells = program
      .getSourceFiles()
      .map(({ fileName }) => fileName)
      .filter(NotebookFiles.isCellName);
    const canAdd = canAddFiles(program);
    this.#base = {
      program,
      roots: files,
      revision: this.#files.revision,
      cells: new Map(cells.map((path) => [path, this.#files.getScriptVersion(path)])),
      types: program.getTypeCount(),
      canAdd,
      strip: canAdd ? addFiles(program, this.#added) : () => {},
    };
  }

  /**
   * Adds a file of a cell, and those of the cells that it imports. One that cannot be added is left out.
   *
   * @returns names of modules that the program has not looked for yet.
   */
  #add(path: string): readonly string[] {
    if (this.#has(path)) return [];
    const { canAdd, program } = this.#base!;
    if (!canAdd || !NotebookFiles.isCellName(path)) return [];
    const options = program.getCompilerOptions();
    const source = this.#files.parse(path);
    if (!isAddable(source)) return [];
    const file = prepareFile(source, this.#files.getScriptVersion(path), options, (specifiers) =>
      this.#files.resolveModuleNameLiterals(specifiers, path, undefined),
    );
    this.#added.set(path, file);
    this.#additions++;
    const missing: string[] = [];
    for (const [name, { resolvedModule }] of file.imports) {
      if (resolvedModule === undefined || this.#has(resolvedModule.resolvedFileName)) continue;
      const { resolvedFileName: imported } = resolvedModule;
      if (NotebookFiles.isCellName(imported)) {
        missing.push(...this.#add(imported));
        if (this.#has(imported)) continue;
      }
      if (!this.#imported.has(name)) missing.push(name);
    }
    return missing;
  }
}

function importedCells({ imports }: AddedFile): readonly string[] {
  return [...imports.values()]
    .map(({ resolvedModule }) => resolvedModule?.resolvedFileName)
    .filter((file) => file !== undefined && NotebookFiles.isCellName(file)) as readonly string[];
}
