/** The tokenizer of a checkpoint: tokenizer.json, with tokenizer_config.json where there is one. */
import path from "node:path";
import { Tokenizer as HubTokenizer } from "@huggingface/tokenizers";
import { EspalierError } from "../errors.js";
import { isObject, readJsonObject, readOptionalJsonObject } from "./files.js";

/** Text to token ids and back. Made by `readTokenizer`. */
export class Tokenizer {
  readonly #tokenizer: HubTokenizer;
  readonly #where: string;
  /** Texts of bos and eos from tokenizer_config.json, or null; templates may print them. */
  readonly bosToken: string | null;
  readonly eosToken: string | null;

  /** @param json contents of tokenizer.json. @param config contents of tokenizer_config.json, or `{}`. @param where for errors. */
  constructor(json: Record<string, unknown>, config: Record<string, unknown>, where: string) {
    const model = json["model"];
    if (!isObject(model) || (!isObject(model["vocab"]) && !Array.isArray(model["vocab"]))) {
      throw new EspalierError(`${where} has no model with a vocabulary; it is not a tokenizer file.`);
    }
    this.#where = where;
    this.bosToken = tokenText(config["bos_token"]);
    this.eosToken = tokenText(config["eos_token"]);
    try {
      this.#tokenizer = new HubTokenizer(json, config);
    } catch (cause) {
      throw new EspalierError(
        `${where} cannot be used: ${messageOf(cause)}; a tokenizer.json of Hugging Face tokenizers is wanted.`,
        { cause },
      );
    }
  }

  /**
   * Token ids of a text; special tokens that are written in it are recognised.
   *
   * @param text any string; empty gives no ids.
   * @param options.addSpecialTokens whether the tokenizer's own post-processor may add tokens such as bos; default false.
   * @throws EspalierError when the tokenizer fails on the text.
   */
  encode(text: string, options: { addSpecialTokens?: boolean } = {}): number[] {
    try {
      return this.#tokenizer.encode(text, { add_special_tokens: options.addSpecialTokens ?? false }).ids;
    } catch (cause) {
      throw new EspalierError(
        `${this.#where} cannot encode a text of ${text.length} characters: ${messageOf(cause)}.`,
        { cause },
      );
    }
  }

  /** The text of token ids, special tokens left out; ids that the tokenizer does not know are left out as well. */
  decode(ids: Iterable<number>): string {
    const known = [...ids].filter((id) => this.#tokenizer.id_to_token(id) !== undefined);
    if (known.length === 0) return "";
    try {
      return this.#tokenizer.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
    } catch (cause) {
      throw new EspalierError(`${this.#where} cannot decode ${known.length} ids: ${messageOf(cause)}.`, { cause });
    }
  }

  /** The id of exactly this token, or undefined. */
  idOf(token: string): number | undefined {
    return this.#tokenizer.token_to_id(token);
  }

  /** The text of exactly this token, or undefined. */
  tokenOf(id: number): string | undefined {
    return this.#tokenizer.id_to_token(id);
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

/** tokenizer_config.json has a token as a string or as `{content}`. */
function tokenText(value: unknown): string | null {
  if (typeof value === "string") return value;
  return isObject(value) && typeof value["content"] === "string" ? value["content"] : null;
}

/**
 * Reads the tokenizer of a checkpoint directory.
 *
 * @throws EspalierError when tokenizer.json is missing or not usable.
 */
export function readTokenizer(directory: string): Tokenizer {
  const file = path.join(directory, "tokenizer.json");
  const config = readOptionalJsonObject(path.join(directory, "tokenizer_config.json")) ?? {};
  return new Tokenizer(readJsonObject(file), config, file);
}
