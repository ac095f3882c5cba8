/** Notebooks as a bundle takes them: nbformat 4, read without running anything. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { printable } from "../format.js";

const multiline = z
  .union([z.string(), z.array(z.string())])
  .transform((text) => (typeof text === "string" ? text : text.join("")));
const output = z.object({
  output_type: z.string(),
  /** stdout or stderr. */
  name: z.string().optional(),
  text: multiline.optional(),
  data: z.record(z.string(), z.unknown()).optional(),
  traceback: z.array(z.string()).optional(),
});
const cell = z.object({
  cell_type: z.string(),
  source: multiline,
  outputs: z.array(output).optional(),
});
const schema = z.object({ nbformat: z.literal(4), cells: z.array(cell).max(100_000) });

export type NotebookOutput = z.infer<typeof output>;
export type NotebookCell = z.infer<typeof cell>;
/**
 * A notebook, as far as a page shows it.
 *
 * @interface
 */
export type Notebook = z.infer<typeof schema>;

/** Text of a multi-line value, as notebooks write them; null for anything else. */
export function multilineText(value: unknown): string | null {
  const parsed = multiline.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/**
 * Parses a notebook, of which nothing is run.
 *
 * @param bytes its file. @param source what messages call it.
 * @throws EspalierError for anything but a notebook of nbformat 4.
 *
 * @example
 * const bytes = Buffer.from('{ "nbformat": 4, "cells": [{ "cell_type": "code", "source": ["1 +", " 1"] }] }');
 * parseNotebook(bytes, "a.ipynb").cells[0].source; // → "1 + 1"
 */
export function parseNotebook(bytes: Buffer, source: string): Notebook {
  const refuse = (reason: string) =>
    new EspalierError(
      `${printable(source)} is no notebook of nbformat 4 (${printable(reason).slice(0, 200)}); save it again with JupyterLab.`,
    );
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    throw refuse((error as Error).message);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw refuse(`${issue.message} at ${issue.path.join(".") || "the top"}`);
}
