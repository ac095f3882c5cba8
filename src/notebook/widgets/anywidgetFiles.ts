/** The front end as two strings, which are sent to every page that has anywidget. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EspalierError } from "../../errors.js";

const FOLDER = new URL("../../../../share/anywidget/", import.meta.url);

export interface AnywidgetFiles {
  /** An ES module. */
  readonly esm: string;
  readonly css: string;
}

let read: AnywidgetFiles | undefined;

/** Read once. @throws EspalierError where set-up has not built them. */
export function anywidgetFiles(): AnywidgetFiles {
  read ??= { esm: textOf("espalier.js"), css: textOf("espalier.css") };
  return read;
}

function textOf(name: string): string {
  const file = new URL(name, FOLDER);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new EspalierError(`The anywidget front end cannot be read (${fileURLToPath(file)}); run npm run setup.`, {
      cause: error,
    });
  }
}
