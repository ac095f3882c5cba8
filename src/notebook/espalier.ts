/** What a notebook imports as "espalier": the library, with studies that know they are in a notebook. */
export * from "../index.js";
export { createStudy } from "./createStudy.js";
