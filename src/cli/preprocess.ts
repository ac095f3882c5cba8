/** `espalier preprocess`: pictures to the patches that the model's vision tower reads. */
import { Command } from "commander";
import { patchImages, readImage, readImageProcessorConfig, writeSafetensors } from "../checkpoint/index.js";

/** The command; errors are thrown as EspalierError. */
export function preprocessCommand(): Command {
  return new Command("preprocess")
    .description(
      "write a picture's pixel_values, as rows of patches, and image_grid_thw, with the numbers of transformers' processor of the checkpoint",
    )
    .requiredOption(
      "--model <dir>",
      "checkpoint directory; its preprocessor_config.json is read, and config.json where that has no patch size",
    )
    .requiredOption("--image <file...>", "picture, or several: JPEG, PNG, WebP, GIF, TIFF or AVIF")
    .requiredOption("--out <file>", "safetensors file to write: F32 pixel_values, I64 image_grid_thw")
    .action(async (options: { model: string; image: string[]; out: string }) => {
      const config = readImageProcessorConfig(options.model);
      const images = [];
      for (const file of options.image) images.push(await readImage(file));
      const { pixelValues, patchWidth, gridThw } = patchImages(images, config);
      const patches = pixelValues.length / patchWidth;
      writeSafetensors(options.out, {
        pixel_values: { dtype: "F32", shape: [patches, patchWidth], data: pixelValues },
        image_grid_thw: { dtype: "I64", shape: [gridThw.length, 3], data: Int32Array.from(gridThw.flat()) },
      });
      const grids = gridThw.map((grid) => grid.join(" × ")).join(", ");
      console.log(`${options.out}: pixel_values [${patches}, ${patchWidth}], image_grid_thw ${grids}`);
    });
}
