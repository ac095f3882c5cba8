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

/** The `index`-th picture or video of the input. */
export interface Placeholder {
  readonly kind: "image" | "video";
  readonly index: number;
}

/**
 * The pictures and videos in the order of their tokens: the first image token is the first picture's, and so on.
 *
 * @param ids with one image token per picture and one video token per video.
 * @throws EspalierError when their numbers are not those of the pictures and videos.
 */
export function placeholdersOf(
  ids: readonly number[],
  pictures: number,
  videos: number,
  config: ModelConfig,
): Placeholder[] {
  const { image, video } = placeholderIds(config);
  const found = { image: 0, video: 0 };
  const order: Placeholder[] = [];
  for (const id of ids) {
    const kind = id === image ? "image" : id === video ? "video" : undefined;
    if (kind !== undefined) order.push({ kind, index: found[kind]++ });
  }
  if (found.image !== pictures) throw wrongNumber(found.image, "image", pictures, "pictures");
  if (found.video !== videos) throw wrongNumber(found.video, "video", videos, "videos");
  return order;
}

/**
 * Repeats each image or video token once per visual token.
 *
 * @param ids as for `placeholdersOf`. @param gridThw one grid for each of these tokens, in order.
 */
export function expandPlaceholders(
  ids: readonly number[],
  gridThw: PatchedImages["gridThw"],
  config: ModelConfig,
): number[] {
  const { image, video } = placeholderIds(config);
  let next = 0;
  return ids.flatMap((id) => {
    if (id !== image && id !== video) return [id];
    return new Array<number>(visualTokens(config, gridThw[next++]!)).fill(id);
  });
}

function placeholderIds({ tokens }: ModelConfig): { readonly image: number; readonly video: number | undefined } {
  return { image: tokens.image, video: "video" in tokens ? tokens.video : undefined };
}

function wrongNumber(found: number, token: string, given: number, what: string): EspalierError {
  return new EspalierError(
    `The prompt has ${found} ${token} tokens for ${given} ${what}; the chat template should print one for each, and the question none.`,
  );
}
