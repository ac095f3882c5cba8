/** The additive dynamic programme (METHOD §8). */
export { additive } from "./additive.js";
export { costTable } from "./costTable.js";
export { type AdditiveFrontierOptions, additiveFrontier, type ModelPoint } from "./frontier.js";
export { chooseLevels, cleanDivergence, type Levels, type SeparableModel, singleCut } from "./separableModel.js";
