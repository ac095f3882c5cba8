/** TypeScript for notebooks: from cells to JavaScript, type errors, completion, documentation. Knows nothing of Jupyter. */
export {
  boxedName,
  fieldOf,
  IMPORT_PARAMETER,
  META_PARAMETER,
  nameOf,
  RUNTIME_PARAMETERS,
  unboxMessage,
} from "./boxes.js";
export { toCodePoints, toOffset } from "./codePoints.js";
export type { Diagnostic } from "./diagnostics.js";
export type {
  BoxParameter,
  CellSource,
  Completeness,
  CompletionMatch,
  Completions,
  ConvertedCell,
  ConvertedExpression,
  ExpressionPlace,
  Inspection,
  Language,
  LocalFile,
  RefusedCell,
  TranspiledFile,
  TypeErrors,
} from "./language.js";
export { LanguageClient, type LanguageClientOptions } from "./languageClient.js";
export { LanguageWorker, type LanguageWorkerOptions } from "./languageWorker.js";
export { isTypeScript } from "./localFiles.js";
export type { LanguageOptions } from "./typeScriptLanguage.js";
