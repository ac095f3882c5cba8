/** A declaration in one line, from what the type checker knows already: cheaper than asking for all of its details. */
import ts from "typescript";

/** As `function f(x: number): string`, `(method) push(...items: T[]): number`, `const n: number`, `class C`. */
export function signatureOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const { flags } = target;
  const { name } = symbol;
  if (flags & ts.SymbolFlags.Class) return `class ${name}`;
  if (flags & ts.SymbolFlags.Enum) return `enum ${name}`;
  if (flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Method)) return functionSignature(name, target, checker);
  const word = wordOf(target);
  if (word !== undefined) return `${word} ${name}: ${oneLine(checker.typeToString(checker.getTypeOfSymbol(target)))}`;
  if (flags & ts.SymbolFlags.Namespace) return `namespace ${name}`;
  return flags & ts.SymbolFlags.Interface ? `interface ${name}` : `type ${name}`;
}

function functionSignature(name: string, target: ts.Symbol, checker: ts.TypeChecker): string {
  const word = target.flags & ts.SymbolFlags.Method ? "(method)" : "function";
  const type = checker.getTypeOfSymbol(target);
  const [first, ...others] = type.getNonNullableType().getCallSignatures();
  if (first === undefined) return `${word} ${name}: ${oneLine(checker.typeToString(type))}`;
  const more = others.length === 0 ? "" : ` (+${others.length} overload${others.length === 1 ? "" : "s"})`;
  return `${word} ${name}${oneLine(checker.signatureToString(first))}${more}`;
}

/** What kind of value it is; undefined for what is none. */
function wordOf({ flags, valueDeclaration }: ts.Symbol): string | undefined {
  if (flags & ts.SymbolFlags.EnumMember) return "(enum member)";
  if (flags & (ts.SymbolFlags.Property | ts.SymbolFlags.Accessor)) return "(property)";
  if ((flags & ts.SymbolFlags.Variable) === 0) return undefined;
  if (valueDeclaration === undefined) return "const";
  if (ts.isParameter(valueDeclaration)) return "(parameter)";
  const list = ts.findAncestor(valueDeclaration, ts.isVariableDeclarationList);
  if (list === undefined || (list.flags & ts.NodeFlags.BlockScoped) === 0) return "var";
  return (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Let ? "let" : "const";
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}
