import { checkAgainstTransformers } from "../checkAgainstTransformers.js";

checkAgainstTransformers("llava");
