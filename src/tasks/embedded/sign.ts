/** Pictures with two or three coloured signs, a number on each. */
import type { Random } from "../../tensor/random.js";
import { rectangle } from "./labels.js";
import { layOut } from "./lettering.js";
import type { Draft, PictureKind, Question } from "./question.js";
import { ink, vary } from "./surface.js";
import { COLORS, type Color, DIGITS } from "./vocabulary.js";

interface Sign {
  readonly color: Color;
  /** Two digits. */
  readonly number: string;
  /** Top edge in pixels. */
  readonly top: number;
}

function ask(random: Random, signs: readonly Sign[], task: string): Question | undefined {
  if (task === "describe") {
    const answer = signs.map(({ color, number }) => [color, ...number].join(" ")).join(" ");
    return { task, question: "read the sign ?", answer };
  }
  if (task !== "sign") return undefined;
  const { color, number } = random.choice(signs);
  return { task, question: `what number is on the ${color} sign ?`, answer: [...number].join(" ") };
}

function imagine(random: Random): Draft {
  const tops = random.sample([10, 80, 150], random.integer(2, 3)).sort((a, b) => a - b);
  const colors = random.sample(COLORS, tops.length);
  const signs = tops.map((top, i): Sign => {
    return {
      color: colors[i],
      number: random.choice(DIGITS) + random.choice(DIGITS),
      top: top + random.integer(-4, 4),
    };
  });
  return {
    key: `sign ${signs.map(({ color, number }) => `${color} ${number}`).join(", ")}`,
    blur: 0,
    draw(drawing, surface) {
      for (const { color, number, top } of signs) {
        const width = drawing.integer(88, 104);
        const height = drawing.integer(54, 62);
        const left = drawing.integer(5, 219 - width);
        surface.context.fillStyle = vary(drawing, color);
        surface.context.beginPath();
        surface.context.roundRect(left, top, width, height, drawing.choice([0, 4, 8]));
        surface.context.fill();
        surface.labels.cover(rectangle(left, top, left + width, top + height), color);
        const size = drawing.integer(34, 40);
        const lettering = layOut(drawing, surface, number, size, width - 12);
        const baseline = top + height / 2 + 0.36 * size + drawing.integer(-3, 3);
        lettering.draw(left + (width - lettering.width) / 2 + drawing.integer(-5, 5), baseline, ink(drawing, 40));
      }
    },
    ask: (asking, task) => ask(asking, signs, task),
  };
}

export const signPictures: PictureKind = { name: "sign", tasks: ["sign", "describe"], imagine };
