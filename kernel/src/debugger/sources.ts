/** Scripts of the main thread, by what the user knows them as: cells and files. */
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CellFolder } from "./cellFolder.js";
import { type Position, SourceMap } from "./sourceMap.js";

/** A cell as it was compiled. */
export interface CellScript {
  readonly code: string;
  /** How the user knows it, and the engine and its inspector too: `Cell In[3]`. */
  readonly label: string;
  /** JSON of the source map from the script's lines to the cell's. */
  readonly sourceMap: string;
}

export interface Script {
  /** For the inspector. */
  readonly url: string;
  /** For the debugger's client. */
  readonly path: string;
  readonly name: string;
  /** Of a cell; undefined for a file. */
  readonly code: string | undefined;
  /** Undefined: the script is what the user wrote. */
  readonly map: SourceMap | undefined;
}

/** So many cells and files are known; older ones are forgotten. */
const KEPT = 10_000;

const DATA_URL = /^data:application\/json[^,]*?(;base64)?,(.*)$/s;

export class Sources {
  readonly #folder: CellFolder;
  readonly #byUrl = new Map<string, Script>();

  constructor(folder: CellFolder) {
    this.#folder = folder;
  }

  addCell({ code, label, sourceMap }: CellScript): Script {
    const file = this.#folder.pathOf(code);
    return this.#add({ url: label, path: file, name: label, code, map: new SourceMap(sourceMap) });
  }

  /** @param sourceMapUrl as the inspector tells it. @returns undefined for what is no file. */
  addFile(url: string, sourceMapUrl: string | undefined): Script | undefined {
    if (!url.startsWith("file:")) return undefined;
    const file = fileURLToPath(url);
    return this.#add({ url, path: file, name: path.basename(file), code: undefined, map: inlineMap(sourceMapUrl) });
  }

  at(url: string): Script | undefined {
    return this.#byUrl.get(url);
  }

  /** Paths of the files that were loaded, each once. */
  get files(): readonly string[] {
    return [
      ...new Set([...this.#byUrl.values()].filter(({ code }) => code === undefined).map((script) => script.path)),
    ];
  }

  /** All scripts that came of a path; the latest last. */
  of(file: string): readonly Script[] {
    return [...this.#byUrl.values()].filter((script) => script.path === file);
  }

  /** Whether a path is that of a file, and not of a cell. */
  isFile(file: string): boolean {
    return !file.startsWith(this.#folder.prefix);
  }

  clear(): void {
    this.#byUrl.clear();
  }

  #add(script: Script): Script {
    this.#byUrl.delete(script.url);
    this.#byUrl.set(script.url, script);
    if (this.#byUrl.size > KEPT) this.#byUrl.delete(this.#byUrl.keys().next().value!);
    return script;
  }
}

/** Where the user wrote what stands at a place of a script; undefined: nowhere. */
export function originalOf({ map }: Script, place: Position): Position | undefined {
  return map === undefined ? place : map.original(place);
}

function inlineMap(url: string | undefined): SourceMap | undefined {
  const parts = DATA_URL.exec(url ?? "");
  if (parts === null) return undefined;
  const [, isBase64, text] = parts;
  try {
    return new SourceMap(isBase64 ? Buffer.from(text!, "base64").toString() : decodeURIComponent(text!));
  } catch {
    // A file may say of itself what it likes.
    return undefined;
  }
}
