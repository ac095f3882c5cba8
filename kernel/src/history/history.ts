/**
 * The history of the user's cells, kept across restarts and shared by all kernels.
 *
 * Source: Jupyter's messaging specification 5.4, "History"; where that is silent, as ipykernel does.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { HistoryEntry, RequestContent } from "../wire/index.js";
import { matchesGlob } from "./glob.js";
import { HistoryFile } from "./historyFile.js";
import type { HistoryRecord, InputRecord, OutputRecord } from "./records.js";
import { type Cell, numberSessions } from "./sessions.js";

/** Bytes of an input or an output at most for it to be kept on disk. */
const MAX_KEPT_BYTES = 2 ** 20;
/** Records that this kernel appends between two looks at the file's size. */
const RECORDS_A_CHECK = 500;
/** How long, in ms, a request waits for what is being written. */
const FLUSH_MS = 1000;
/** What `tail` gives without a number. */
const DEFAULT_TAIL = 10;

export interface HistoryOptions {
  /** Where it is kept, see `historyFolder`; undefined: in memory only. */
  readonly folder: string | undefined;
  /** Told once, by a sentence, when the file cannot be used; the history goes on in memory. */
  readonly warn: (message: string) => void;
  /** Default: a file in the folder, with the default limits. */
  readonly file?: HistoryFile;
}

interface Requested {
  /** Whether each entry is a pair of input and output; default false. */
  readonly output?: boolean;
}

export class History {
  readonly #session = randomUUID();
  readonly #file: HistoryFile | undefined;
  readonly #warn: (message: string) => void;
  /** The cells of this session, also those that are on disk. */
  readonly #own: (InputRecord | OutputRecord)[] = [];
  /** What is not yet on disk. */
  readonly #queue: (InputRecord | OutputRecord)[] = [];
  #writing: Promise<void> | undefined;
  #written = 0;
  #usable: boolean;

  constructor({ folder, warn, file }: HistoryOptions) {
    this.#file = file ?? (folder === undefined ? undefined : new HistoryFile(folder));
    this.#warn = warn;
    this.#usable = this.#file !== undefined;
    if (this.#usable) process.once("exit", this.#flushAtExit);
  }

  /**
   * Adds a cell. Returns at once; it is written in the background.
   *
   * @param line the cell's number in this session.
   */
  append(line: number, input: string, output?: string): void {
    this.#add({ session: this.#session, line, input, ...(output === undefined ? {} : { output }) });
  }

  /** Adds what a cell gave, as text, to a cell that was added before. */
  appendOutput(line: number, output: string): void {
    this.#add({ session: this.#session, line, output });
  }

  /** Answers a `history_request`. What the cells were is what they are: `raw` makes no difference. */
  async answer(request: RequestContent<"history_request">): Promise<HistoryEntry[]> {
    switch (request.hist_access_type) {
      case "tail":
        return this.tail(request.n, request);
      case "range":
        return this.range(request.session, request.start, request.stop, request);
      case "search":
        return this.search(request.pattern, request.n, request.unique, request);
    }
  }

  /**
   * The last cells, the latest last: those of this session after all others.
   *
   * @param n how many at most; default 10; none where it is 0 or less.
   */
  async tail(n: number | null = DEFAULT_TAIL, { output = false }: Requested = {}): Promise<HistoryEntry[]> {
    const { cells, present } = await this.#read();
    const ordered = [
      ...cells.filter(({ session }) => session !== present),
      ...cells.filter(({ session }) => session === present),
    ];
    return lastOf(ordered, Math.max(0, n ?? DEFAULT_TAIL)).map((cell) => entryOf(cell, output));
  }

  /**
   * The cells of one session.
   *
   * @param session its number; 0 is the present one, and is answered as 0; -1 the one before, and so on.
   * @param start first line, default 1; a negative one counts from the end.
   * @param stop the line after the last; default, also for 0, the end of the session; a negative one counts from the end.
   */
  async range(
    session = 0,
    start?: number | null,
    stop?: number | null,
    { output = false }: Requested = {},
  ): Promise<HistoryEntry[]> {
    const { cells, present } = await this.#read();
    const wanted = session > 0 ? session : present + session;
    const lines = cells.filter((cell) => cell.session === wanted);
    const end = (lines.at(-1)?.line ?? 0) + 1;
    const from = fromEnd(start ?? 1, end);
    const to = stop ? fromEnd(stop, end) : end;
    return lines
      .filter(({ line }) => line >= from && line < to)
      .map((cell) => entryOf(session === 0 ? { ...cell, session: 0 } : cell, output));
  }

  /**
   * The cells whose whole input matches, by session and line.
   *
   * @param pattern `*` stands for any text, `?` for one character; default everything.
   * @param n how many at most, the latest; default all.
   * @param unique of equal inputs only the latest; default false.
   */
  async search(
    pattern = "*",
    n?: number | null,
    unique = false,
    { output = false }: Requested = {},
  ): Promise<HistoryEntry[]> {
    const found = (await this.#read()).cells.filter(({ input }) => matchesGlob(pattern, input));
    const latest = new Map(found.map((cell) => [cell.input, cell]));
    const kept = unique ? found.filter((cell) => latest.get(cell.input) === cell) : found;
    return lastOf(kept, n ?? kept.length).map((cell) => entryOf(cell, output));
  }

  /** Resolves when everything that was added is on disk, or the file has turned out not to be usable. */
  async flush(): Promise<void> {
    while (this.#queue.length > 0 && this.#usable) await this.#startWriting();
    await this.#writing;
  }

  /** Writes what is left; nothing may be added afterwards. */
  async close(): Promise<void> {
    await this.flush();
    process.off("exit", this.#flushAtExit);
  }

  #add(record: InputRecord | OutputRecord): void {
    this.#own.push(record);
    const { input = "", output = "" } = record as Partial<InputRecord>;
    if (!this.#usable || Math.max(input.length, output.length) > MAX_KEPT_BYTES) return;
    this.#queue.push(record);
    void this.#startWriting();
  }

  #startWriting(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        await this.#file!.append(this.#queue[0]!);
        this.#queue.shift();
        if (this.#written++ % RECORDS_A_CHECK === 0) await this.#file!.rotate();
      }
    } catch (error) {
      this.#giveUp(error, "written");
    }
  }

  readonly #flushAtExit = (): void => {
    try {
      if (this.#usable && this.#queue.length > 0) this.#file!.appendSync(this.#queue);
    } catch {
      // The process ends, there is nobody left to tell.
    }
  };

  #giveUp(error: unknown, what: string): void {
    this.#queue.length = 0;
    if (!this.#usable) return;
    this.#usable = false;
    const reason = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    this.#warn(
      `The history cannot be ${what} (${reason}); it goes on in memory until the kernel ends. ` +
        "Make room or make its folder writable, or name another by ESPALIER_HISTORY.",
    );
  }

  /** All cells, and the number of the present session. */
  async #read(): Promise<{ cells: readonly Cell[]; present: number }> {
    // A slow disk may delay an answer, but not withhold it: what is not yet written is in memory.
    await Promise.race([this.flush(), delay(FLUSH_MS, undefined, { ref: false })]);
    const stored = await this.#stored();
    // Its own cells are taken from memory: some may not have been written, and rotation may have removed others.
    const first = stored.findIndex((record) => "session" in record && record.session === this.#session);
    const others = stored.filter((record) => !("session" in record) || record.session !== this.#session);
    const at = first < 0 ? others.length : first;
    const { sessions, last, cells } = numberSessions([...others.slice(0, at), ...this.#own, ...others.slice(at)]);
    return { cells, present: sessions.get(this.#session) ?? last + 1 };
  }

  async #stored(): Promise<readonly HistoryRecord[]> {
    if (!this.#usable) return [];
    try {
      return await this.#file!.read();
    } catch (error) {
      this.#giveUp(error, "read");
      return [];
    }
  }
}

/** ipykernel gives the text of outputs, and null where there is none. */
function entryOf({ session, line, input, output }: Cell, withOutput: boolean): HistoryEntry {
  return [session, line, withOutput ? [input, output ?? null] : input];
}

function fromEnd(line: number, end: number): number {
  return line < 0 ? line + end : line;
}

/** The last n; all where n is negative, as SQLite's LIMIT, which ipykernel uses, has it. */
function lastOf<Value>(values: readonly Value[], n: number): readonly Value[] {
  return n < 0 ? values : values.slice(Math.max(0, values.length - n));
}
