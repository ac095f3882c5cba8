import * as tf from "@tensorflow/tfjs";
import { poolSquares } from "../../../src/models/gemma3/projector.js";
import { useBackend } from "../../../src/tensor/index.js";
import { checkBlock, randomTensor } from "../blocks/gradientCheck.js";

describe("gemma3/projector", () => {
  before(() => useBackend());

  it("takes the mean of every square of patches, picture by picture, row by row", () => {
    for (const [pictures, side, squares] of [
      [1, 4, 2],
      [2, 6, 2],
      [3, 3, 3],
      [2, 4, 1],
    ]) {
      const width = 5;
      const x = randomTensor([pictures * side * side, width], 3);
      checkBlock(
        [x],
        ([rows], tape) => poolSquares(rows as tf.Tensor2D, side, squares, tape),
        ([rows]) => {
          const size = side / squares;
          const picture = tf.reshape(rows, [pictures, side, side, width]) as tf.Tensor4D;
          const squaresOf = Array.from({ length: pictures * squares ** 2 }, (_, s) => {
            const [row, column] = [Math.floor(s / squares) % squares, s % squares].map((at) => at * size);
            const begin: [number, number, number, number] = [Math.floor(s / squares ** 2), row, column, 0];
            return tf.mean(tf.slice(picture, begin, [1, size, size, width]), [1, 2]);
          });
          return tf.concat(squaresOf, 0);
        },
      );
      x.dispose();
    }
  });
});
