/** A schedule as text: for programs, spreadsheets and `espalier evaluate --schedule`. Free of the DOM. */
import type { ScheduleRow } from "../../data/index.js";
import { tokensOf } from "./tokens.js";

/** The version of `schedules/scheduleFile.ts`. */
const FILE_VERSION = 1;

/** What `parseScheduleFile` of the schedules accepts: for every sample. @param shares [L], never rising, from 1. */
export function scheduleFileText(shares: readonly number[], about: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ espalierSchedule: FILE_VERSION, shares, about }, null, 1)}\n`;
}

/** @param template `{shares}` stands for the shares. */
export function codeOf(template: string, shares: readonly number[]): string {
  return template.replaceAll("{shares}", () => JSON.stringify(shares));
}

/** Long form: one line for each schedule and layer (RFC 4180). */
export function scheduleTable(rows: readonly Pick<ScheduleRow, "label" | "shares">[], visualTokens: number): string {
  const lines = rows.flatMap(({ label, shares }) =>
    shares.map((share, layer) => [csvText(label), layer, share, tokensOf(share, visualTokens)].join(",")),
  );
  return `${["schedule,layer,share,tokens", ...lines].join("\r\n")}\r\n`;
}

/** A text that a spreadsheet would run as a formula gets an apostrophe in front. */
function csvText(value: string): string {
  const text = /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
