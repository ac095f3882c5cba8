export type { Qwen25TextConfig, Qwen25VisionConfig, Qwen25VlConfig } from "./config.js";
export { Qwen25Vl } from "./model.js";
