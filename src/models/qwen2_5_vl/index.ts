export { Qwen25Vl } from "./model.js";
