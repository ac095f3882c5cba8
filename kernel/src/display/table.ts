/** Tables: arrays of records that have most keys in common, and maps. */
import { types } from "node:util";
import { escapeHtml } from "./escapeHtml.js";
import { isPlainObject } from "./properties.js";
import type { Representation } from "./representation.js";
import { toLine } from "./text.js";

/** Rows and columns that are shown at most. */
const MAX_ROWS = 60;
const MAX_COLUMNS = 40;
/** What has more keys is no record. */
const MAX_KEYS = 1000;
/** Rows that are looked at to tell whether all are records. */
const MAX_CHECKED = 1000;
/** Characters of a cell at most: in HTML, which wraps, and in text. */
const HTML_CELL = 300;
const TEXT_CELL = 40;

/** A cell that has no value, which is not the same as undefined. */
const EMPTY = Symbol("empty");
/** A cell whose value is a getter; it does not run. */
const GETTER = Symbol("getter");

type Row = ReadonlyMap<string, unknown>;

interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  /** What is not shown, as a line; empty where everything is. */
  readonly left: string;
}

export const table: Representation = (value) => {
  const found = types.isMap(value) ? tableOfMap(value) : tableOfRecords(value);
  return found === undefined ? undefined : { "text/plain": toTextTable(found), "text/html": toHtmlTable(found) };
};

function tableOfRecords(value: object): Table | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows: Row[] = [];
  for (let i = 0; i < Math.min(value.length, MAX_CHECKED); i++) {
    const item: unknown = Object.getOwnPropertyDescriptor(value, i)?.value;
    if (i < MAX_ROWS ? !isRecord(item) : !isPlainObject(item)) return undefined;
    if (i < MAX_ROWS) rows.push(rowOf(item as object));
  }
  const columns = columnsOf(rows);
  const cells = rows.reduce((sum, row) => sum + row.size, 0);
  return columns.length > 0 && 2 * cells >= rows.length * columns.length
    ? limit(columns, rows, value.length)
    : undefined;
}

/** Keys, and beside them values; records as values get a column for each of their keys. */
function tableOfMap(map: ReadonlyMap<unknown, unknown>): Table | undefined {
  // A subclass may have another idea of its size.
  const size = Reflect.get(Map.prototype, "size", map) as number;
  const entries: [unknown, unknown][] = [];
  for (const entry of Map.prototype.entries.call(map) as Iterable<[unknown, unknown]>) {
    if (entries.push(entry) === MAX_ROWS) break;
  }
  if (size === 0) return undefined;
  const records = entries.map(([, value]) => (isRecord(value) ? rowOf(value) : undefined));
  const areRecords = records.every((record) => record !== undefined && record.size > 0 && !record.has("key"));
  const rows = entries.map(([key, value], i) =>
    areRecords ? new Map([["key", key], ...records[i]!]) : new Map([["key", key] as const, ["value", value] as const]),
  );
  return limit(columnsOf(rows), rows, size);
}

function isRecord(value: unknown): value is object {
  return isPlainObject(value) && Object.keys(value).length <= MAX_KEYS;
}

function rowOf(record: object): Row {
  const keys = Object.keys(record);
  return new Map(
    keys.map((key) => {
      const descriptor = Object.getOwnPropertyDescriptor(record, key)!;
      return [key, "value" in descriptor ? descriptor.value : GETTER];
    }),
  );
}

function columnsOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap((row) => [...row.keys()]))];
}

function limit(columns: readonly string[], rows: readonly Row[], length: number): Table {
  const left = [more(length - rows.length, "row"), more(columns.length - MAX_COLUMNS, "column")].filter(
    (part) => part !== "",
  );
  return { columns: columns.slice(0, MAX_COLUMNS), rows, left: left.join("  ") };
}

function more(n: number, noun: string): string {
  return n > 0 ? `… ${n.toLocaleString("en-US")} more ${noun}${n === 1 ? "" : "s"}` : "";
}

function isNumeric(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}

function cellOf(row: Row, column: string): unknown {
  return row.has(column) ? row.get(column) : EMPTY;
}

function cellText(value: unknown, max: number): string {
  if (value === EMPTY) return "";
  return value === GETTER ? "[Getter]" : toLine(value, max);
}

function toHtmlTable({ columns, rows, left }: Table): string {
  const head = columns.map((column) => `<th>${escapeHtml(toLine(column, HTML_CELL))}</th>`).join("");
  const body = rows.map((row) => `<tr>${columns.map((column) => htmlCell(cellOf(row, column))).join("")}</tr>`);
  const note = left === "" ? "" : `<p>${escapeHtml(left)}</p>`;
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${note}`;
}

function htmlCell(value: unknown): string {
  const align = isNumeric(value) ? "right" : "left";
  return `<td style="text-align: ${align}">${escapeHtml(cellText(value, HTML_CELL))}</td>`;
}

function toTextTable({ columns, rows, left }: Table): string {
  const texts = columns.map((column) => [
    toLine(column, TEXT_CELL),
    ...rows.map((row) => cellText(cellOf(row, column), TEXT_CELL)),
  ]);
  const padded = texts.map((cells, i) => {
    const width = Math.max(...cells.map(widthOf));
    const right = rows.some((row) => isNumeric(row.get(columns[i]!)));
    return cells.map((cell, j) => {
      const space = " ".repeat(width - widthOf(cell));
      const isNumber = j === 0 ? right : isNumeric(cellOf(rows[j - 1]!, columns[i]!));
      return isNumber ? space + cell : cell + space;
    });
  });
  const lines = [0, ...rows.map((_, j) => j + 1)].map((j) =>
    padded
      .map((cells) => cells[j])
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...(left === "" ? [] : [left])].join("\n");
}

/** In code points. */
function widthOf(text: string): number {
  return [...text].length;
}
