/** Pictures of coloured shapes. */
import type { Random } from "../../tensor/random.js";
import type { Draft, PictureKind } from "./question.js";
import { imagineScene } from "./scene.js";
import { askScene, SCENE_TASKS } from "./sceneQuestions.js";
import { fillShape, shapeRegion } from "./shapes.js";
import { vary } from "./surface.js";

function imagine(random: Random, task: string): Draft {
  const scene = imagineScene(random, task);
  const { objects } = scene;
  // The benchmark that "attribute" mirrors is of pictures taken by blind people: more than half are out of focus here.
  const blurred = random.uniform() < (task === "attribute" ? 0.6 : 0.15);
  return {
    key: `scene ${objects.map((o) => `${o.color} ${o.shape} ${o.column} ${o.row}`).join(", ")}`,
    blur: blurred ? random.between(0.5, 2.5) : 0,
    draw(drawing, surface) {
      for (const { shape, color, x, y, size } of objects) {
        surface.context.fillStyle = vary(drawing, color);
        fillShape(surface.context, shape, x, y, size);
        surface.labels.cover(shapeRegion(shape, x, y, size), color, shape);
      }
    },
    ask: (asking, asked, first) => askScene(asking, scene, asked, first),
  };
}

export const scenePictures: PictureKind = { name: "scene", tasks: SCENE_TASKS, imagine };
