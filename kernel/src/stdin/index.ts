/** Asking the user. */
export { type Question, Stdin, type StdinOptions } from "./stdin.js";
