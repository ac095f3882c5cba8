/** Pictures and a question to what the model reads: token ids with the pictures' places, and the pictures' patches. */
import { EspalierError } from "../../errors.js";
import { type ChatMessage, type ChatTemplate, type ContentPart, readChatTemplate } from "../chatTemplate.js";
import { type ModelConfig, readConfig } from "../config/index.js";
import {
  type ImageProcessorConfig,
  joinPatches,
  type PatchedImages,
  patchImages,
  patchVideos,
  type QwenVideoProcessorConfig,
  readImageProcessorConfig,
  readVideoProcessorConfig,
  secondsPerGrid,
  type Video,
} from "../imageProcessors/index.js";
import type { RgbImage } from "../resize.js";
import { readTokenizer, type Tokenizer } from "../tokenizer.js";
import { checkAgreement, checkVideoAgreement } from "./agreement.js";
import { expandPlaceholders, type Placeholder, placeholdersOf, placeholderText } from "./placeholders.js";

/** What is asked, and the answer where it is known. */
export interface PromptInput {
  /** Pictures, in the order in which they appear before the question; may be empty. */
  readonly images: readonly RgbImage[];
  /** Videos, likewise; only Qwen2.5-VL reads them. Default none. */
  readonly videos?: readonly Video[];
  /**
   * What comes before the question, in this order: a part for every picture and every video, and text between them. Default:
   * the pictures, then the videos.
   */
  readonly before?: readonly ContentPart[];
  /** Text. */
  readonly question: string;
  /** Appended with the end token; absent for a prompt that the model is to continue. */
  readonly answer?: string;
  /** Instruction of the system's turn; absent leaves it to the chat template. */
  readonly system?: string;
}

/** A tokenised prompt with its patches: pictures and videos in the order of their tokens. */
export interface EncodedPrompt extends PatchedImages {
  /**
   * int32 [N]: prompt, then answer and end token; each picture is as many image tokens, each video as many video tokens, as
   * `visualTokens` says.
   */
  readonly inputIds: Int32Array;
  /** Number of prompt tokens, the opening of the assistant's turn included. */
  readonly promptLength: number;
  /** Per grid: seconds between the times of a video's grid, 0 for a picture. */
  readonly secondsPerGrid: readonly number[];
}

/** Stands for an answer while the end of the assistant's turn is looked for. */
const ANSWER_MARK = "ANSWER\u2063MARK";

/**
 * A checkpoint's tokenizer, chat template and image processor. Made by `Processor.fromDirectory`.
 *
 * @example
 * const processor = Processor.fromDirectory("Qwen2.5-VL-3B-Instruct");
 * const prompt = processor.encode({ images: [await readImage("chart.png")], question: "Which year?" });
 * processor.decode(prompt.inputIds.subarray(0, prompt.promptLength));
 */
export class Processor {
  readonly config: ModelConfig;
  readonly imageConfig: ImageProcessorConfig;
  readonly tokenizer: Tokenizer;
  readonly #template: ChatTemplate;
  readonly #directory: string;
  #endToken: number | undefined;
  #videoConfig: QwenVideoProcessorConfig | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
    this.config = readConfig(directory);
    this.imageConfig = readImageProcessorConfig(directory);
    this.tokenizer = readTokenizer(directory);
    const template = readChatTemplate(directory);
    if (template === undefined) {
      throw new EspalierError(
        `The checkpoint ${directory} has no chat template; add chat_template.jinja, or give samples that are already tokenised.`,
      );
    }
    this.#template = template;
    checkAgreement(directory, this.config, this.imageConfig);
  }

  /**
   * Reads config.json, tokenizer.json, chat template, and the settings for pictures and videos of a checkpoint directory.
   *
   * @throws EspalierError when one is missing, not usable, or contradicts another.
   */
  static fromDirectory(directory: string): Processor {
    return new Processor(directory);
  }

  /**
   * Tokenises a question with its pictures and videos, and the answer where there is one.
   *
   * The prompt's ids are those that the model sees when it answers, whatever the answer is: prompt and answer are tokenised
   * apart. The answer is followed by one end token; what the chat template would print behind it is left out.
   *
   * @throws EspalierError when the template does not print one token per picture and video, or one of them cannot be used.
   */
  encode(input: PromptInput): EncodedPrompt {
    const { images, videos = [] } = input;
    const seconds = videos.map((video) => secondsPerGrid(video, this.videoConfig));
    const ids = this.#promptIds(input);
    const order = placeholdersOf(ids, images.length, videos.length, this.config);
    const patched = this.#patch(order, images, videos);
    const prompt = expandPlaceholders(ids, patched.gridThw, this.config);
    const answer = input.answer === undefined ? [] : [...this.tokenizer.encode(input.answer), this.endToken];
    return {
      inputIds: Int32Array.from([...prompt, ...answer]),
      promptLength: prompt.length,
      secondsPerGrid: order.map(({ kind, index }) => (kind === "video" ? seconds[index]! : 0)),
      ...patched,
    };
  }

  /**
   * Settings for videos, read when they are first asked for: most checkpoints are used for pictures only.
   *
   * @throws EspalierError when the architecture reads no videos, or as `readVideoProcessorConfig`.
   */
  get videoConfig(): QwenVideoProcessorConfig {
    if (this.#videoConfig !== undefined) return this.#videoConfig;
    if (this.config.architecture !== "qwen2_5_vl") {
      throw new EspalierError(
        `The checkpoint ${this.#directory} is of ${this.config.architecture}, which reads no videos; give some frames as pictures.`,
      );
    }
    this.#videoConfig = readVideoProcessorConfig(this.#directory);
    checkVideoAgreement(this.#directory, this.config, this.#videoConfig);
    return this.#videoConfig;
  }

  /** Patches in the order of the placeholders. */
  #patch(order: readonly Placeholder[], images: readonly RgbImage[], videos: readonly Video[]): PatchedImages {
    if (videos.length === 0) return patchImages(images, this.imageConfig);
    return joinPatches(
      order.map(({ kind, index }) =>
        kind === "image"
          ? patchImages([images[index]!], this.imageConfig)
          : patchVideos([videos[index]!], this.videoConfig),
      ),
    );
  }

  /** The text of answer ids, special tokens left out. */
  decode(ids: Iterable<number>): string {
    return this.tokenizer.decode(ids);
  }

  /**
   * The token that ends an answer: the first end token that the chat template prints after an assistant's turn, or else the
   * first of config.json.
   *
   * @throws EspalierError when neither names one.
   */
  get endToken(): number {
    if (this.#endToken !== undefined) return this.#endToken;
    const { eos } = this.config.tokens;
    const messages: ChatMessage[] = [
      { role: "user", content: [{ type: "text", text: "?" }] },
      { role: "assistant", content: [{ type: "text", text: ANSWER_MARK }] },
    ];
    const text = this.#render(messages, false);
    const at = text.lastIndexOf(ANSWER_MARK);
    const after = at < 0 ? [] : this.tokenizer.encode(text.slice(at + ANSWER_MARK.length));
    this.#endToken = after.find((id) => eos.includes(id)) ?? eos[0];
    if (this.#endToken === undefined) {
      throw new EspalierError(`The checkpoint ${this.#directory} names no end token; set eos_token_id in config.json.`);
    }
    return this.#endToken;
  }

  #render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    const { bosToken, eosToken } = this.tokenizer;
    const variables = {
      ...(bosToken === null ? {} : { bos_token: bosToken }),
      ...(eosToken === null ? {} : { eos_token: eosToken }),
    };
    return this.#template.render(messages, { addGenerationPrompt, variables });
  }

  #promptIds(input: PromptInput): number[] {
    const content: ContentPart[] = [...partsBefore(input), { type: "text", text: input.question }];
    const messages: ChatMessage[] = [{ role: "user", content }];
    if (input.system !== undefined) {
      messages.unshift({ role: "system", content: [{ type: "text", text: input.system }] });
    }
    const printed = this.#render(messages, true);
    const text = placeholderText(printed, input.images.length, this.config, this.tokenizer);
    const { bosToken } = this.tokenizer;
    // A template that prints bos itself must not get a second one from the tokenizer.
    const addSpecialTokens = bosToken === null || !text.startsWith(bosToken);
    return this.tokenizer.encode(text, { addSpecialTokens });
  }
}

/** @throws EspalierError when parts are given that are more or fewer than the pictures or videos. */
function partsBefore({ images, videos = [], before }: PromptInput): readonly ContentPart[] {
  if (before === undefined) {
    return [...images.map(() => ({ type: "image" }) as const), ...videos.map(() => ({ type: "video" }) as const)];
  }
  for (const [type, given] of [
    ["image", images],
    ["video", videos],
  ] as const) {
    const parts = before.filter((part) => part.type === type).length;
    if (parts === given.length) continue;
    throw new EspalierError(
      `What comes before the question has ${parts} parts of the type ${type}, but ${given.length} are given; one part for each is wanted.`,
    );
  }
  return before;
}
