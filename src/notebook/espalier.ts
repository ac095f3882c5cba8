/** What a notebook imports as "espalier". */
export * from "../index.js";
