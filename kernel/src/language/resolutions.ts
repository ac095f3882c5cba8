/** Which file each import of a notebook means, remembered until something is installed or written. */
import { createRequire } from "node:module";
import path from "node:path";
import ts from "typescript";

const require = createRequire(import.meta.url);

export interface ResolutionsOptions {
  /** Folder of the notebook, absolute. */
  readonly folder: string;
  readonly compilerOptions: ts.CompilerOptions;
  readonly host: ts.ModuleResolutionHost;
  /** Whether a file is of the user's own. */
  readonly isLocal: (file: string) => boolean;
  /** What is not looked for on disk: the file that a name means, or undefined. */
  readonly fixed: (name: string, from: string) => ts.ResolvedModuleFull | undefined;
}

type ResolvedTypes = ts.ResolvedTypeReferenceDirectiveWithFailedLookupLocations;

const all = (): boolean => true;

export class Resolutions {
  readonly #options: ResolutionsOptions;
  #modules: ts.ModuleResolutionCache;
  readonly #types = new Map<string, ResolvedTypes>();
  /** What could not be found, by who asked for it: it is looked for again, because it may be installed or written by then. */
  readonly #missing = new Map<string, readonly string[]>();
  /** Files of which TypeScript must not keep what it knows of their imports. */
  readonly #forgotten = new Set<(file: string) => boolean>();

  constructor(options: ResolutionsOptions) {
    this.#options = options;
    this.#modules = this.#newCache();
  }

  #newCache(): ts.ModuleResolutionCache {
    return ts.createModuleResolutionCache(this.#options.folder, (name) => name, this.#options.compilerOptions);
  }

  /** What is known of packages, for TypeScript's other questions about them. */
  get cache(): ts.ModuleResolutionCache {
    return this.#modules;
  }

  /** Everything is looked for again. */
  forget(): void {
    this.#modules = this.#newCache();
    this.#types.clear();
    this.#missing.clear();
    this.#forgotten.add(all);
  }

  /** What these files import is looked for again by TypeScript, which remembers it by itself. @param test one function for all calls. */
  forgetWhere(test: (file: string) => boolean): void {
    this.#forgotten.add(test);
  }

  /** What was to be looked for again has been. */
  settle(): void {
    this.#forgotten.clear();
  }

  isForgotten(file: string): boolean {
    return [...this.#forgotten].some((test) => test(file));
  }

  /** What each import of a file means. */
  modules(
    names: readonly string[],
    from: string,
    redirected: ts.ResolvedProjectReference | undefined,
  ): readonly ts.ResolvedModuleWithFailedLookupLocations[] {
    const found = names.map((name) => this.#module(name, from, this.#modules, redirected));
    const missing = names.filter((_, i) => found[i]!.resolvedModule === undefined);
    if (missing.length > 0 && this.#options.isLocal(from)) this.#missing.set(from, missing);
    else this.#missing.delete(from);
    return found;
  }

  /** Looks again for what the user's own files could not find. @returns whether something is there now. */
  retry(): boolean {
    for (const [from, names] of this.#missing)
      if (names.some((name) => this.#module(name, from).resolvedModule !== undefined)) return true;
    return false;
  }

  #module(
    name: string,
    from: string,
    cache?: ts.ModuleResolutionCache,
    redirected?: ts.ResolvedProjectReference,
  ): ts.ResolvedModuleWithFailedLookupLocations {
    const { compilerOptions, host, fixed } = this.#options;
    const resolvedModule = fixed(name, from);
    if (resolvedModule !== undefined) return { resolvedModule };
    return ts.resolveModuleName(name, from, compilerOptions, host, cache, redirected);
  }

  /** What a `/// <reference types="…" />`, or a name in the setting `types`, means. */
  types(name: string, from: string): ResolvedTypes {
    const key = `${name} ${path.dirname(from)}`;
    let found = this.#types.get(key);
    if (found === undefined) {
      found = this.#findTypes(name, from);
      this.#types.set(key, found);
    }
    return found;
  }

  #findTypes(name: string, from: string): ResolvedTypes {
    const { compilerOptions, host } = this.#options;
    const found = ts.resolveTypeReferenceDirective(name, from, compilerOptions, host);
    if (found.resolvedTypeReferenceDirective !== undefined || name !== "node") return found;
    // A notebook need not have anything installed: Node's types come with the kernel, wherever npm has put them.
    const resolvedFileName = path.join(path.dirname(require.resolve("@types/node/package.json")), "index.d.ts");
    return { resolvedTypeReferenceDirective: { primary: true, resolvedFileName, isExternalLibraryImport: true } };
  }
}
