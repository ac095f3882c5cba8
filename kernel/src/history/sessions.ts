/** Sessions by number, and their cells. */
import type { HistoryRecord, InputRecord, OutputRecord } from "./records.js";

/** A cell that was run. */
export interface Cell {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  /** Undefined where it gave none, or none was kept. */
  readonly output: string | undefined;
}

export interface NumberedSessions {
  /** Numbers from 1, by the sessions' names. */
  readonly sessions: ReadonlyMap<string, number>;
  /** The highest number given so far; 0 where there is none. */
  readonly last: number;
  /** By session, then by line. */
  readonly cells: readonly Cell[];
}

/**
 * Numbers sessions in the order in which they first appear, going on from those that a file's header counts. A cell that was
 * recorded twice, as may happen when a process exits, counts once.
 */
export function numberSessions(records: readonly HistoryRecord[]): NumberedSessions {
  const sessions = new Map<string, number>();
  const cells = new Map<string, Cell>();
  let last = 0;
  for (const record of records) {
    if ("earlier" in record) {
      last = Math.max(last, record.earlier);
      continue;
    }
    if (!sessions.has(record.session)) sessions.set(record.session, ++last);
    const session = sessions.get(record.session)!;
    const key = `${session} ${record.line}`;
    const cell = merge(session, cells.get(key), record);
    if (cell !== undefined) cells.set(key, cell);
  }
  const sorted = [...cells.values()].sort((a, b) => a.session - b.session || a.line - b.line);
  return { sessions, last, cells: sorted };
}

function merge(session: number, cell: Cell | undefined, record: InputRecord | OutputRecord): Cell | undefined {
  if (!("input" in record)) return cell === undefined ? undefined : { ...cell, output: record.output };
  const { line, input, output } = record;
  return { session, line, input, output: output ?? (cell?.input === input ? cell.output : undefined) };
}
