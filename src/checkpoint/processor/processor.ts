/** Pictures and a question to what the model reads: token ids with the pictures' places, and the pictures' patches. */
import { EspalierError } from "../../errors.js";
import { type ChatMessage, type ChatTemplate, readChatTemplate } from "../chatTemplate.js";
import { type ModelConfig, readConfig } from "../config/index.js";
import {
  type ImageProcessorConfig,
  type PatchedImages,
  patchImages,
  readImageProcessorConfig,
} from "../imageProcessors/index.js";
import type { RgbImage } from "../resize.js";
import { readTokenizer, type Tokenizer } from "../tokenizer.js";
import { checkAgreement } from "./agreement.js";
import { expandPlaceholders, placeholderText } from "./placeholders.js";

/** What is asked, and the answer where it is known. */
export interface PromptInput {
  /** Pictures, in the order in which they appear before the question; may be empty. */
  readonly images: readonly RgbImage[];
  readonly question: string;
  /** Appended with the end token; absent for a prompt that the model is to continue. */
  readonly answer?: string;
  /** Instruction of the system's turn; absent leaves it to the chat template. */
  readonly system?: string;
}

/** A tokenised prompt with its patches. */
export interface EncodedPrompt extends PatchedImages {
  /** int32 [N]: prompt, then answer and end token; each picture is as many image tokens as `visualTokens` says. */
  readonly inputIds: Int32Array;
  /** Number of prompt tokens, the opening of the assistant's turn included. */
  readonly promptLength: number;
}

/** Stands for an answer while the end of the assistant's turn is looked for. */
const ANSWER_MARK = "ANSWER\u2063MARK";

/** A checkpoint's tokenizer, chat template and image processor. Made by `Processor.fromDirectory`. */
export class Processor {
  readonly config: ModelConfig;
  readonly imageConfig: ImageProcessorConfig;
  readonly tokenizer: Tokenizer;
  readonly #template: ChatTemplate;
  readonly #directory: string;
  #endToken: number | undefined;

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
   * Reads config.json, tokenizer.json, chat template and preprocessor_config.json of a checkpoint directory.
   *
   * @throws EspalierError when one is missing, not usable, or contradicts another.
   */
  static fromDirectory(directory: string): Processor {
    return new Processor(directory);
  }

  /**
   * Tokenises a question with its pictures, and the answer where there is one.
   *
   * The prompt's ids are those that the model sees when it answers, whatever the answer is: prompt and answer are tokenised
   * apart. The answer is followed by one end token; what the chat template would print behind it is left out.
   *
   * @throws EspalierError when the template does not print one image token per picture, or a picture cannot be used.
   */
  encode(input: PromptInput): EncodedPrompt {
    const patched = patchImages(input.images, this.imageConfig);
    const prompt = expandPlaceholders(this.#promptIds(input), patched.gridThw, this.config);
    const answer = input.answer === undefined ? [] : [...this.tokenizer.encode(input.answer), this.endToken];
    return { inputIds: Int32Array.from([...prompt, ...answer]), promptLength: prompt.length, ...patched };
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
    const images = input.images.map(() => ({ type: "image" }) as const);
    const messages: ChatMessage[] = [{ role: "user", content: [...images, { type: "text", text: input.question }] }];
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
