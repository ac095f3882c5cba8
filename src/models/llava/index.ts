export { Llava } from "./model.js";
