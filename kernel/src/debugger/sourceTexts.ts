/** The texts of cells and files, as clients ask for them. */
import { readFile } from "node:fs/promises";
import { KernelError } from "../errors.js";
import type { Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import type { CellFolder } from "./cellFolder.js";
import type { ArgumentsOf } from "./protocol.js";
import type { Sources } from "./sources.js";

export interface SourceTextsOptions {
  readonly folder: CellFolder;
  readonly sources: Sources;
  readonly language: Pick<Language, "breakpointLines">;
}

export class SourceTexts {
  readonly #options: SourceTextsOptions;

  constructor(options: SourceTextsOptions) {
    this.#options = options;
  }

  /** The text of a cell; undefined for a file. */
  codeOf(file: string): string | undefined {
    const { folder, sources } = this.#options;
    return folder.read(file) ?? sources.of(file).at(-1)?.code;
  }

  async breakpointLocations({ source, line, endLine }: ArgumentsOf<"breakpointLocations">): Promise<JsonObject> {
    const lines = await this.#options.language.breakpointLines(await this.#textOf(source.path));
    const last = endLine ?? line;
    return {
      breakpoints: lines.map((each) => ({ line: each + 1 })).filter((each) => each.line >= line && each.line <= last),
    };
  }

  async source({ source }: ArgumentsOf<"source">): Promise<JsonObject> {
    if (source == null) throw new KernelError("Sources have no numbers here; ask by the path.");
    return { content: await this.#textOf(source.path), mimeType: mimeTypeOf(source.path) };
  }

  /** @throws KernelError when nothing is there. */
  async #textOf(file: string): Promise<string> {
    try {
      return this.codeOf(file) ?? (await readFile(file, "utf8"));
    } catch (cause) {
      throw new KernelError(`There is no source at ${file}.`, { cause });
    }
  }
}

function mimeTypeOf(file: string): string {
  if (/\.json$/.test(file)) return "application/json";
  return /\.[cm]?jsx?$/.test(file) ? "text/javascript" : "text/typescript";
}
