/** Names of files in a bundle: relative paths that stay where they are on every system. */

/** Longest name in bytes of UTF-8. */
const LONGEST = 500;

/**
 * What is wrong with a name, in words that follow "the name"; null where nothing is.
 *
 * @param name parts joined by slashes.
 */
export function nameProblem(name: string): string | null {
  if (name === "") return "is empty";
  if (Buffer.byteLength(name) > LONGEST) return `is longer than ${LONGEST} bytes`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffd]/.test(name))
    return "has control characters";
  if (name.startsWith("/") || /^[a-z]:/i.test(name)) return "begins at the root of a disk";
  if (/[\\:]/.test(name)) return "has a backslash or a colon";
  const parts = name.split("/");
  if (parts.includes("..")) return "leads outside";
  if (parts.includes(".") || parts.includes("")) return "has an empty part";
  if (name !== name.normalize("NFC")) return "is not in Unicode's composed form";
  return null;
}

/** The same for names that a disk may hold as one file: letters' cases apart. */
export function nameIdentity(name: string): string {
  return name.normalize("NFC").toLowerCase();
}
