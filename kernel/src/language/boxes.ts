/**
 * How converted code names what it is given. Each top-level name of a session has a box, an object that holds its value; a
 * cell's function takes the boxes that it uses as parameters, and code that said `x` says `ǃx.v`.
 */

/** Begins the parameters of boxes: a letter that nobody types (U+01C3), so that no name of the user's is the same. */
const PREFIX = "\u01c3";

/** The field of a box that holds a value. */
export const VALUE_FIELD = "v" as const;
/** The field of a box that holds the module of which the name is an export. */
export const MODULE_FIELD = "m" as const;

/** Begins the keys of boxes that hold a module; other keys are names. */
export const MODULE_KEY = "import ";

/** The field of a box by its key. */
export function fieldOf(key: string): typeof VALUE_FIELD | typeof MODULE_FIELD {
  return key.startsWith(MODULE_KEY) ? MODULE_FIELD : VALUE_FIELD;
}

/** The name whose box this is. */
export function nameOf(key: string): string {
  return key.startsWith(MODULE_KEY) ? key.slice(MODULE_KEY.length) : key;
}

/** What every cell's function is given before its boxes. */
export const RUNTIME_PARAMETERS = [
  "require",
  "module",
  "exports",
  "__filename",
  "__dirname",
  `${PREFIX}import`,
  `${PREFIX}meta`,
] as const;
/** Imports a module: `(specifier, options?) => Promise<namespace>`. */
export const IMPORT_PARAMETER = RUNTIME_PARAMETERS[5];
/** Stands for `import.meta`. */
export const META_PARAMETER = RUNTIME_PARAMETERS[6];

/** The parameter for the box of a name. */
export function boxParameter(name: string): string {
  return PREFIX + PREFIX + name;
}

/** The name whose box this variable of converted code holds; undefined for other variables. */
export function boxedName(variable: string): string | undefined {
  return variable.startsWith(PREFIX + PREFIX) ? variable.slice(2 * PREFIX.length) : undefined;
}

const BOXED = new RegExp(
  `(?:\\(0\\s?, )?${PREFIX}${PREFIX}([\\p{ID_Continue}$]+)\\.(?:${VALUE_FIELD}\\b|${MODULE_FIELD}\\.[\\p{ID_Continue}$]+)\\)?`,
  "gu",
);

/** Puts the user's names back into a message in which V8 quotes converted code: `(0 , ǃǃf.v) is not a function`. */
export function unboxMessage(message: string): string {
  return message.includes(PREFIX) ? message.replace(BOXED, "$1") : message;
}
