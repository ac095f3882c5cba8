/** A study: what it is called, what it is doing and how much it knows. */
import type { Representation } from "../../../kernel/src/api/index.js";
import { Study } from "../../study/index.js";

export const study: Representation = (value) => {
  if (!(value instanceof Study)) return undefined;
  const counts = { validation: 0, test: 0 };
  for (const { split } of value.evaluations()) counts[split]++;
  const state = value.closed ? "closed" : value.running === null ? "idle" : `${value.running} is running`;
  const known = `evaluated so far: ${counts.test.toLocaleString("en")} on test samples, ${counts.validation.toLocaleString("en")} on validation samples`;
  const place = value.directory === null ? "kept in memory" : `kept in ${value.directory}`;
  return { "text/plain": `Study "${value.name}": ${state}; ${known}; ${place}` };
};
