/** Comma-separated values as they come from elsewhere (RFC 4180). */
import { EspalierError } from "../../errors.js";

/** One record with the line that it begins on, from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Splits a text into records; quoted fields may hold commas, line ends and doubled quotes. Empty lines are passed over.
 *
 * @param source what messages call it.
 * @throws EspalierError for a quote that is not closed, or stands in the middle of a field.
 */
export function csvRecords(text: string, source: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let fields: string[] = [];
  let [line, begun] = [1, 1];
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  const wrong = (what: string) =>
    new EspalierError(`Line ${begun} of ${source} ${what}; write it as CSV with quoted fields.`);
  while (at < text.length) {
    let field: string;
    if (text[at] === '"') {
      let end = at + 1;
      for (;;) {
        end = text.indexOf('"', end);
        if (end < 0) throw wrong("has a quote that is not closed");
        if (text[end + 1] !== '"') break;
        end += 2;
      }
      field = text.slice(at + 1, end);
      line += field.split("\n").length - 1;
      field = field.replaceAll('""', '"');
      at = end + 1;
      if (at < text.length && !",\r\n".includes(text[at])) throw wrong("goes on behind a closing quote");
    } else {
      const end = /[,\r\n]/g;
      end.lastIndex = at;
      const found = end.exec(text);
      const stop = found === null ? text.length : found.index;
      field = text.slice(at, stop);
      at = stop;
    }
    fields.push(field);
    if (text[at] === ",") {
      at++;
      // A comma at the very end has one more field behind it.
      if (at < text.length) continue;
      fields.push("");
    }
    if (text[at] === "\r") at++;
    if (text[at] === "\n") at++;
    if (fields.some((one) => one !== "")) records.push({ line: begun, fields });
    fields = [];
    line++;
    begun = line;
  }
  return records;
}
