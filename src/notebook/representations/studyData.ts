/** The samples of a study: how many of what. */
import type { Representation } from "../../../kernel/src/api/index.js";
import type { StudyData } from "../../study/index.js";
import { fieldsOf } from "./shape.js";

export const studyData: Representation = (value) => {
  if (!isData(value)) return undefined;
  const { name, train, validation, test, split = "test", notes = [] } = value;
  const number = (samples: readonly unknown[]) => samples.length.toLocaleString("en");
  const sizes = `${number(train)} samples to train on, ${number(validation)} to choose on, ${number(test)} to score on (${split})`;
  const tasks = [...new Set(test.map(({ task }) => task))];
  const lines = [`Data ${name}: ${sizes}`, ...(tasks.length === 0 ? [] : [`tasks: ${tasks.join(", ")}`]), ...notes];
  return { "text/plain": lines.join("\n") };
};

function isData(value: object): value is StudyData {
  const fields = fieldsOf(value, ["name", "train", "validation", "test"]);
  if (fields === undefined || typeof fields.name !== "string") return false;
  const parts = [fields.train, fields.validation, fields.test];
  return parts.every((part) => Array.isArray(part) && part.every((one) => fieldsOf(one, ["id", "task"]) !== undefined));
}
