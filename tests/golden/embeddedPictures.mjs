/**
 * Writes embeddedPictures.json: what the embedded benchmark's generator gave when its model was trained, so that a change
 * of the distribution, of a font or of a drawing library is noticed. Run after `npm run build`, from anywhere:
 * `node tests/golden/embeddedPictures.mjs`. Needs nothing but the project. A new golden means a new benchmark: train again.
 */
import { writeFileSync } from "node:fs";
import { EMBEDDED_TASKS, generatePicture, SPLIT_SEEDS } from "../../dist/src/tasks/embedded/index.js";
import { cellMeans } from "../../dist/tests/tasks/embedded/cells.js";

const pictures = EMBEDDED_TASKS.map((task, i) => {
  const { seed, image, questions, labels } = generatePicture(SPLIT_SEEDS.validation.first + i, {
    taskWeights: { [task]: 1 },
  });
  return {
    seed,
    task,
    questions: questions.map(({ question, answer }) => `${question} = ${answer}`),
    color: [...labels.color].join(""),
    shape: [...labels.shape].join(""),
    character: [...labels.character].join(" "),
    means: cellMeans(image).map((mean) => Math.round(10 * mean) / 10),
  };
});
writeFileSync(new URL("embeddedPictures.json", import.meta.url), `${JSON.stringify(pictures)}\n`);
