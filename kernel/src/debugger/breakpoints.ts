/** Breakpoints by the user's lines, in every script that comes of them, before it runs. */
import type { Debugger } from "node:inspector";
import type { InspectorClient } from "../interrupt/index.js";
import type { Language } from "../language/index.js";
import type { JsonObject } from "../wire/index.js";
import { anyOf, BreakpointConditions } from "./breakpointConditions.js";
import type { SourceBreakpoint } from "./protocol.js";
import type { Position } from "./sourceMap.js";
import { originalOf, type Script, type Sources } from "./sources.js";

export interface BreakpointsOptions {
  readonly client: InspectorClient;
  readonly sources: Sources;
  readonly language: Pick<Language, "expression" | "breakpointLines">;
  /** Told of a breakpoint that turned out to be elsewhere than was answered. */
  readonly onChanged: (breakpoint: JsonObject) => void;
}

interface Breakpoint {
  readonly id: number;
  readonly wanted: SourceBreakpoint;
  /** From 0: where it is bound in each script. */
  readonly line: number;
  /** Why it can never stop. */
  readonly fault: string | undefined;
  /** What clients are told. */
  shown: Shown;
}

interface Shown {
  /** From 0. */
  readonly line: number;
  readonly verified: boolean;
  readonly message: string | undefined;
}

/** All breakpoints of a source. */
interface SourceBreakpoints {
  readonly list: readonly Breakpoint[];
  /** Whether it is known where statements are: not in files, nor in cells whose text nobody has sent. */
  readonly isResolved: boolean;
  /** Numbers of the inspector, by the scripts' URLs. */
  readonly bound: Map<string, readonly string[]>;
}

/** Lines below the one that was asked for in which a statement is sought. */
const LINES_BELOW = 50;

const NO_STATEMENT = "There is no statement at this line or below it.";
const FILE_NOT_LOADED = "The file has not been loaded yet.";
const CELL_NOT_RUN = "The cell has not run yet.";

export class Breakpoints {
  readonly #options: BreakpointsOptions;
  readonly #conditions: BreakpointConditions;
  readonly #bySource = new Map<string, SourceBreakpoints>();
  /** What is done ends with this. One after the other: else a cell might run, or be bound twice, while it is being set. */
  #last: Promise<unknown> = Promise.resolve();
  #lastId = 0;

  constructor(options: BreakpointsOptions) {
    this.#options = options;
    this.#conditions = new BreakpointConditions(options.language);
  }

  /** Whether files have breakpoints, whose scripts nobody announces. */
  get areInFiles(): boolean {
    return [...this.#bySource].some(([source, { list }]) => list.length > 0 && this.#options.sources.isFile(source));
  }

  /** By source, for `debugInfo`; one at each line. */
  describe(): readonly JsonObject[] {
    return [...this.#bySource]
      .filter(([, { list }]) => list.length > 0)
      .map(([source, { list }]) => {
        const byLine = new Map(list.map((each) => [each.shown.line, each]));
        return { source, breakpoints: [...byLine.values()].map((each) => describe(each, source)) };
      });
  }

  /**
   * Replaces the breakpoints of a source. Those before stay until it is known where the new ones are.
   *
   * @param code of a cell; undefined for a file, and for a cell that nobody has sent, whose breakpoints wait for its run.
   */
  set(source: string, code: string | undefined, wanted: readonly SourceBreakpoint[]): Promise<readonly JsonObject[]> {
    return this.#inTurn(async () => {
      const breakpoints = await this.#make(source, code, wanted);
      const previous = this.#bySource.get(source);
      if (previous !== undefined) await this.#unbind(previous, [...previous.bound.keys()]);
      this.#bySource.set(source, breakpoints);
      for (const script of this.#options.sources.of(source)) await this.#bind(breakpoints, script);
      return breakpoints.list.map((breakpoint) => describe(breakpoint, source));
    });
  }

  /**
   * Binds the breakpoints of a script's source, also those that are still being set; the script may have been parsed, or be
   * about to. Never rejects.
   */
  bind(script: Script): Promise<void> {
    const bound = this.#inTurn(async () => {
      const known = this.#bySource.get(script.path);
      if (known === undefined) return;
      const before = known.list.map(({ shown }) => shown);
      const breakpoints = await this.#resolve(known, script);
      await this.#bind(breakpoints, script);
      for (const [i, breakpoint] of breakpoints.list.entries())
        if (!isSame(breakpoint.shown, before[i]!)) this.#options.onChanged(describe(breakpoint, script.path));
    });
    // The script runs all the same.
    return bound.catch(() => {});
  }

  /** Takes all away. */
  clear(): Promise<void> {
    return this.#inTurn(async () => {
      const all = [...this.#bySource.values()];
      this.#bySource.clear();
      for (const each of all) await this.#unbind(each, [...each.bound.keys()]);
    });
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(act);
    this.#last = result.catch(() => {});
    return result;
  }

  async #make(
    source: string,
    code: string | undefined,
    wanted: readonly SourceBreakpoint[],
  ): Promise<SourceBreakpoints> {
    const { language, sources } = this.#options;
    const lines = code === undefined ? undefined : await language.breakpointLines(code);
    const waiting = sources.isFile(source) ? FILE_NOT_LOADED : CELL_NOT_RUN;
    const list = wanted.map(async (each) => {
      const id = ++this.#lastId;
      const fault = await this.#conditions.faultOf(each);
      if (lines !== undefined) return atStatement({ id, wanted: each, fault }, lines);
      const line = each.line - 1;
      return { id, wanted: each, line, fault, shown: { line, verified: false, message: fault ?? waiting } };
    });
    return { list: await Promise.all(list), isResolved: lines !== undefined, bound: new Map() };
  }

  /** Finds the statements in a cell's text, which may have come with its script alone. */
  async #resolve(known: SourceBreakpoints, { path, code }: Script): Promise<SourceBreakpoints> {
    if (known.isResolved || code === undefined) return known;
    const lines = await this.#options.language.breakpointLines(code);
    const list = known.list.map((breakpoint) => atStatement(breakpoint, lines));
    const resolved = { list, isResolved: true, bound: known.bound };
    this.#bySource.set(path, resolved);
    return resolved;
  }

  /** Binds in one script; several at one place are one for the inspector. A refusal holds for this script alone. */
  async #bind(breakpoints: SourceBreakpoints, script: Script): Promise<void> {
    // A file may be loaded again, with other lines.
    await this.#unbind(breakpoints, [script.url]);
    const groups = new Map<string, Breakpoint[]>();
    for (const breakpoint of breakpoints.list) {
      if (breakpoint.fault !== undefined) continue;
      const place = generatedPlace(script, breakpoint.line);
      const key = place === undefined ? "" : `${place.line}:${place.column}`;
      groups.set(key, [...(groups.get(key) ?? []), breakpoint]);
    }
    for (const group of groups.values()) {
      const bound = await this.#bindGroup(group, script);
      breakpoints.bound.set(script.url, [...(breakpoints.bound.get(script.url) ?? []), ...bound]);
    }
  }

  /** @returns the inspector's number, if there is one. */
  async #bindGroup(group: readonly Breakpoint[], script: Script): Promise<readonly string[]> {
    const place = generatedPlace(script, group[0]!.line);
    if (place === undefined) {
      for (const each of group) each.shown = { line: each.line, verified: false, message: NO_STATEMENT };
      return [];
    }
    try {
      const condition = anyOf(await Promise.all(group.map((each) => this.#conditionIn(script, each))));
      const { breakpointId, locations } = await this.#options.client.post<Debugger.SetBreakpointByUrlReturnType>(
        "Debugger.setBreakpointByUrl",
        {
          url: script.url,
          lineNumber: place.line,
          columnNumber: place.column,
          ...(condition === "" ? {} : { condition }),
        },
      );
      const [location] = locations;
      const original =
        location && originalOf(script, { line: location.lineNumber, column: location.columnNumber ?? 0 });
      for (const each of group) each.shown = { line: original?.line ?? each.line, verified: true, message: undefined };
      return [breakpointId];
    } catch (error) {
      for (const each of group) each.shown = { line: each.line, verified: false, message: (error as Error).message };
      return [];
    }
  }

  #conditionIn({ code }: Script, { id, line, wanted }: Breakpoint): Promise<string> {
    return this.#conditions.convert(wanted, id, code === undefined ? "file" : { code, line });
  }

  async #unbind({ bound }: SourceBreakpoints, urls: readonly string[]): Promise<void> {
    const ids = urls.flatMap((url) => bound.get(url) ?? []);
    for (const url of urls) bound.delete(url);
    const { client } = this.#options;
    await Promise.all(ids.map((breakpointId) => client.post("Debugger.removeBreakpoint", { breakpointId })));
  }
}

/** A breakpoint where the first statement is from its line on. @param lines from 0, of all statements. */
function atStatement(
  { id, wanted, fault }: Pick<Breakpoint, "id" | "wanted" | "fault">,
  lines: readonly number[],
): Breakpoint {
  const found = lines.find((possible) => possible >= wanted.line - 1);
  const line = found ?? wanted.line - 1;
  const message = found === undefined ? NO_STATEMENT : fault;
  return { id, wanted, line, fault: message, shown: { line, verified: message === undefined, message } };
}

function describe({ id, shown: { line, verified, message } }: Breakpoint, path: string): JsonObject {
  return { id, verified, line: line + 1, source: { path }, ...(message === undefined ? {} : { message }) };
}

function isSame(one: Shown, other: Shown): boolean {
  return one.line === other.line && one.verified === other.verified && one.message === other.message;
}

/** Where a script has the line, or else the next one that it has. */
function generatedPlace({ map }: Script, line: number): Position | undefined {
  if (map === undefined) return { line, column: 0 };
  for (let at = line; at < line + LINES_BELOW; at++) {
    const place = map.generated(at);
    if (place !== undefined) return place;
  }
  return undefined;
}
