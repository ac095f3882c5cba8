/** What a cell threw, and what the compiler says of it, as text for the user. */
export { type Diagnostic, formatDiagnostics } from "./diagnostics.js";
export type { MapOf, MappedSource } from "./mappedSource.js";
export { type TracebackOptions, Tracebacks } from "./tracebacks.js";
