/** Lists as Python prints them, which is how tables without lists keep them. */

/**
 * A field that may hold a Python list of strings or numbers, such as `['a', "b's"]`: its members, or the field itself when it
 * is no such list. Fields may be megabytes long, hence no regular expression.
 */
export function listOf(field: string): string[] {
  const text = field.trim();
  if (!text.startsWith("[") || !text.endsWith("]")) return [field];
  const members: string[] = [];
  let position = skipBlanks(text, 1);
  while (position < text.length - 1) {
    const quote = text[position]!;
    let end: number;
    if (quote === "'" || quote === '"') {
      end = closingQuote(text, quote, position + 1);
      if (end < 0) return [field];
      members.push(withoutEscapes(text.slice(position + 1, end)));
      end++;
    } else {
      end = position;
      while (/[\w.+-]/.test(text[end]!)) end++;
      if (end === position) return [field];
      members.push(text.slice(position, end));
    }
    end = skipBlanks(text, end);
    if (text[end] === ",") position = skipBlanks(text, end + 1);
    else if (end === text.length - 1) position = end;
    else return [field];
  }
  return members.length === 0 ? [field] : members;
}

function skipBlanks(text: string, from: number): number {
  let position = from;
  while (text[position] === " " || text[position] === "\n" || text[position] === "\t") position++;
  return position;
}

/** Position of the next `quote` that no backslash escapes, or −1. */
function closingQuote(text: string, quote: string, from: number): number {
  for (let at = text.indexOf(quote, from); at >= 0; at = text.indexOf(quote, at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === "\\" && at - 1 - backslashes >= from) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function withoutEscapes(text: string): string {
  return text.replace(
    /\\(.)/gs,
    (_, character: string) => ESCAPES[character] ?? (/[\\'"]/.test(character) ? character : `\\${character}`),
  );
}
