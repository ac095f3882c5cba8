/** What a notebook can import from "espalier", with its docstrings. */
import path from "node:path";
import ts from "typescript";
import { ROOT } from "./markdown.js";
import { overlaidProgram } from "./overlay.js";

/** The library, and the library as notebooks see it, which has more. */
export const LIBRARY = "src/index.ts";
export const NOTEBOOK = "src/notebook/espalier.ts";

/** A name that "espalier" exports. */
export interface PublicName {
  readonly name: string;
  /** Whether it is there when the program runs; types are not. */
  readonly isValue: boolean;
  /** Where it is declared, as "path:line". */
  readonly where: string;
  readonly documented: boolean;
  /** Its examples; of a class or an interface, those of its members too. */
  readonly examples: readonly Example[];
}

export interface Example {
  /** Where the declaration is that it belongs to. */
  readonly where: string;
  readonly text: string;
}

function whereIs(declaration: ts.Declaration): string {
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart());
  return `${path.relative(ROOT, source.fileName).split(path.sep).join("/")}:${line + 1}`;
}

function examplesOf(symbol: ts.Symbol, checker: ts.TypeChecker): Example[] {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return [];
  return symbol
    .getJsDocTags(checker)
    .filter(({ name }) => name === "example")
    .map(({ text }) => ({ where: whereIs(declaration), text: ts.displayPartsToString(text).trim() }));
}

/** Whether a class, say, is exported as a type alone. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((one) => ts.isExportSpecifier(one) && (one.isTypeOnly || one.parent.parent.isTypeOnly));
}

/** A class's own things beside what its instances have. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const fixed = symbol.flags & ts.SymbolFlags.Class ? [...(symbol.exports?.values() ?? [])] : [];
  return [...(symbol.members?.values() ?? []), ...fixed];
}

/** Every public name of the library and of what notebooks have instead or besides; a name that differs is there twice. */
export function publicNames(): PublicName[] {
  const program = overlaidProgram(new Map(), [NOTEBOOK, LIBRARY]);
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const names: PublicName[] = [];
  for (const module of [LIBRARY, NOTEBOOK]) {
    const exports = checker.getExportsOfModule(
      checker.getSymbolAtLocation(program.getSourceFile(path.join(ROOT, module))!)!,
    );
    for (const exported of exports) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (seen.has(symbol)) continue;
      seen.add(symbol);
      names.push({
        name: exported.name,
        isValue: (symbol.flags & ts.SymbolFlags.Value) !== 0 && !isTypeOnly(exported),
        where: whereIs(symbol.declarations![0]),
        documented: symbol.getDocumentationComment(checker).length > 0,
        examples: [symbol, ...membersOf(symbol)].flatMap((one) => examplesOf(one, checker)),
      });
    }
  }
  return names;
}
