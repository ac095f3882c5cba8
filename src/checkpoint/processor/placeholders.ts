/**
 * Where visual tokens go in a prompt: the chat template prints a placeholder per picture, which the model wants to see as
 * many image tokens as the picture has visual tokens, with whatever the architecture puts around them.
 */
import { EspalierError } from "../../errors.js";
import type { Gemma3Config, ModelConfig } from "../config/index.js";
import type { PatchedImages } from "../imageProcessors/index.js";
import type { Tokenizer } from "../tokenizer.js";
import { visualTokens } from "./visualTokens.js";

/**
 * The prompt's text with one image token per picture, as it is tokenised. Gemma 3's template prints the token that begins a
 * picture; image token, end and blank lines around are added before tokenising, since line breaks join into tokens.
 *
 * @param prompt what the chat template prints.
 * @throws EspalierError when a placeholder is not in the tokenizer, or their number is not that of the pictures.
 */
export function placeholderText(prompt: string, pictures: number, config: ModelConfig, tokenizer: Tokenizer): string {
  if (config.architecture !== "gemma3") return prompt;
  const [start, image, end] = gemmaTokens(config, tokenizer);
  const pieces = prompt.split(start);
  if (pieces.length - 1 !== pictures) throw wrongNumber(pieces.length - 1, "image", pictures, "pictures");
  return pieces.join(`\n\n${start}${image}${end}\n\n`);
}

function gemmaTokens({ tokens }: Gemma3Config, tokenizer: Tokenizer): string[] {
  return [tokens.imageStart, tokens.image, tokens.imageEnd].map((id) => {
    const token = tokenizer.tokenOf(id);
    if (token !== undefined) return token;
    throw new EspalierError(
      `config.json names the image token ${id}, which tokenizer.json does not have; the two do not belong together.`,
    );
  });
}

/**
 * Repeats each picture's image token once per visual token.
 *
 * @param ids with one image token per picture.
 * @throws EspalierError when their number is not that of the pictures.
 */
export function expandPlaceholders(
  ids: readonly number[],
  gridThw: PatchedImages["gridThw"],
  config: ModelConfig,
): number[] {
  const { image } = config.tokens;
  const found = ids.filter((id) => id === image).length;
  if (found !== gridThw.length) throw wrongNumber(found, "image", gridThw.length, "pictures");
  let picture = 0;
  return ids.flatMap((id) => {
    if (id !== image) return [id];
    return new Array<number>(visualTokens(config, gridThw[picture++]!)).fill(image);
  });
}

function wrongNumber(found: number, token: string, given: number, what: string): EspalierError {
  return new EspalierError(
    `The prompt has ${found} ${token} tokens for ${given} ${what}; the chat template should print one for each, and the question none.`,
  );
}
