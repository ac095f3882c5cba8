/** Handlers of what TypeScript alone can answer, while a cell runs too: completion, inspection, completeness. */
import type { Handlers } from "../dispatch/index.js";
import { type CompletionMatch, type Inspection, type Language, toCodePoints, toOffset } from "../language/index.js";
import type { MimeBundle } from "../wire/index.js";

/** JupyterLab shows kinds and signatures that it finds under this key. */
const TYPES_KEY = "_jupyter_types_experimental";

export function introspectionHandlers(
  language: Pick<Language, "complete" | "inspect" | "isComplete">,
): Pick<Handlers, "complete_request" | "inspect_request" | "is_complete_request"> {
  return {
    complete_request: async ({ content: { code, cursor_pos } }) => {
      const { matches, start, end } = await language.complete(code, toOffset(code, cursor_pos));
      const cursor_start = toCodePoints(code, start);
      const cursor_end = toCodePoints(code, end);
      const types = matches.map((match) => describe(match, cursor_start, cursor_end));
      return {
        content: {
          status: "ok",
          matches: matches.map(({ text }) => text),
          cursor_start,
          cursor_end,
          metadata: { [TYPES_KEY]: types },
        },
      };
    },
    inspect_request: async ({ content: { code, cursor_pos, detail_level } }) => {
      const found = await language.inspect(code, toOffset(code, cursor_pos), detail_level);
      return { content: { status: "ok", found: found !== undefined, data: bundleOf(found), metadata: {} } };
    },
    is_complete_request: async ({ content: { code } }) => ({ content: await language.isComplete(code) }),
  };
}

function describe({ text, type, signature }: CompletionMatch, start: number, end: number): object {
  return { text, type, start, end, ...(signature === undefined ? {} : { signature }) };
}

function bundleOf(found: Inspection | undefined): MimeBundle {
  if (found === undefined) return {};
  const { declaration, documentation } = found;
  const after = documentation === "" ? "" : `\n\n${documentation}`;
  return { "text/plain": declaration + after, "text/markdown": `\`\`\`typescript\n${declaration}\n\`\`\`${after}` };
}
