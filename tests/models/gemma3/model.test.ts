import { checkAgainstTransformers } from "../checkAgainstTransformers.js";

checkAgainstTransformers("gemma3");
