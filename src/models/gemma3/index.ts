export { Gemma3 } from "./model.js";
