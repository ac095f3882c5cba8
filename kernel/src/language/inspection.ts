/** What is known of the name under the cursor, or of the function whose arguments are being written. */
import ts from "typescript";
import type { Draft } from "./cellChecker.js";
import type { Inspection } from "./language.js";

/**
 * The declaration and documentation at a position.
 *
 * @param detail 1: with tags as `@param` and `@example`.
 */
export function inspectAt(
  service: ts.LanguageService,
  { path: file, offset }: Draft,
  place: number,
  detail: 0 | 1,
): Inspection | undefined {
  const position = offset + place;
  // A cursor stands between letters: behind a name it means that name, too.
  const info =
    service.getQuickInfoAtPosition(file, position) ??
    (place > 0 ? service.getQuickInfoAtPosition(file, position - 1) : undefined);
  if (info !== undefined) return isUnknown(info) ? undefined : ofQuickInfo(info, detail);
  const help = service.getSignatureHelpItems(file, position, undefined);
  return help === undefined ? undefined : ofSignatures(help, detail);
}

/** A declaration as text, without word of how the session brings it into the cell. */
function declarationText(parts: readonly ts.SymbolDisplayPart[]): string {
  return ts
    .displayPartsToString([...parts])
    .replace(/^\(alias\) /, "")
    .replace(/\n(?:import|export) [^\n]*$/, "");
}

/** A name that nothing is known of is `any`, without more. */
function isUnknown({ displayParts }: ts.QuickInfo): boolean {
  return ts.displayPartsToString(displayParts) === "any";
}

function ofQuickInfo({ displayParts, documentation, tags }: ts.QuickInfo, detail: 0 | 1): Inspection {
  return {
    declaration: declarationText(displayParts ?? []),
    documentation: document(documentation, detail === 1 ? tags : undefined),
  };
}

function ofSignatures({ items, selectedItemIndex }: ts.SignatureHelpItems, detail: 0 | 1): Inspection {
  const chosen = items[selectedItemIndex] ?? items[0]!;
  const ordered = [chosen, ...items.filter((item) => item !== chosen)];
  return {
    declaration: ordered.map(signature).join("\n"),
    documentation: document(chosen.documentation, detail === 1 ? chosen.tags : undefined),
  };
}

function signature(item: ts.SignatureHelpItem): string {
  const parameters = item.parameters.map(({ displayParts }) => ts.displayPartsToString(displayParts));
  const text = ts.displayPartsToString;
  return (
    text(item.prefixDisplayParts) + parameters.join(text(item.separatorDisplayParts)) + text(item.suffixDisplayParts)
  );
}

function document(parts: ts.SymbolDisplayPart[] | undefined, tags: readonly ts.JSDocTagInfo[] | undefined): string {
  return [markdown(parts), ...(tags ?? []).map(tagLine)].filter((line) => line !== "").join("\n\n");
}

function tagLine({ name, text = [] }: ts.JSDocTagInfo): string {
  const [first, ...rest] = text;
  if (first?.kind !== "parameterName") return `*@${name}* ${markdown(text)}`.trimEnd();
  const said = markdown(rest).trim();
  return `*@${name}* \`${first.text}\`${said === "" ? "" : ` — ${said}`}`;
}

/** The text with its links in Markdown's form: `{@link name}` becomes code, `{@link address|text}` a link. */
function markdown(parts: readonly ts.SymbolDisplayPart[] = []): string {
  return parts
    .map(({ kind, text }, i) => {
      if (kind === "link") return "";
      if (kind === "linkName") return parts[i + 1]?.kind === "linkText" ? "" : `\`${text}\``;
      if (kind !== "linkText") return text;
      const [, address, label] = /^(https?:\/\/[^|\s]+)[|\s]*(.*)$/.exec(text) ?? [];
      return address === undefined ? text : `[${label || address}](${address})`;
    })
    .join("");
}
