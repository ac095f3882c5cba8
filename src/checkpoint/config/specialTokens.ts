/** Ids of the tokens that are not text, as config.json and generation_config.json name them. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { check, type JsonObject } from "./check.js";

/** Ids that every architecture has. */
export interface SpecialTokenIds {
  /** Stands where a visual token is inserted. */
  readonly image: number;
  /** Tokens that end an answer: those of config.json, then those that generation_config.json adds. May be empty. */
  readonly eos: readonly number[];
  readonly bos: number | null;
  readonly pad: number | null;
}

export const tokenId = z.int().min(0).max(2_147_483_647);
const oneOrMoreIds = z.union([tokenId, z.array(tokenId).max(1000)]).nullish();

/** The fields of these ids, at the top level and in text_config. */
export const tokenFields = {
  bos_token_id: oneOrMoreIds,
  eos_token_id: oneOrMoreIds,
  pad_token_id: tokenId.nullish(),
};

type TokenFields = z.infer<z.ZodObject<typeof tokenFields>>;

const generationSchema = z.looseObject({ eos_token_id: oneOrMoreIds });

/**
 * The ids of bos, eos and pad: the top level counts before text_config.
 *
 * @param text with the defaults of the architecture filled in.
 * @param generation contents of generation_config.json; `{}` when there is none.
 * @throws EspalierError when generation_config.json has no ids where ids are wanted.
 */
export function sharedTokens(
  top: TokenFields,
  text: TokenFields,
  generation: JsonObject,
  where: string,
): Omit<SpecialTokenIds, "image"> {
  const beside = check(generationSchema, generation, `generation_config.json beside ${where}`, "");
  const eos = [...idList(top.eos_token_id ?? text.eos_token_id), ...idList(beside.eos_token_id)];
  return {
    eos: [...new Set(eos)],
    bos: idList(top.bos_token_id ?? text.bos_token_id)[0] ?? null,
    pad: top.pad_token_id ?? text.pad_token_id ?? null,
  };
}

/**
 * A token's id by the name of its field in newer files, `NAME_token_id`, or in older ones, `NAME_token_index`.
 *
 * @throws EspalierError when both are there and differ.
 */
export function renamedToken(
  name: string,
  newer: number | null | undefined,
  older: number | null | undefined,
  otherwise: number,
  where: string,
): number {
  if (newer != null && older != null && newer !== older) {
    throw new EspalierError(
      `${where}: ${name}_token_id is ${newer} and ${name}_token_index, its older name, is ${older}; remove the wrong one.`,
    );
  }
  return newer ?? older ?? otherwise;
}

function idList(ids: number | number[] | null | undefined): number[] {
  return ids == null ? [] : Array.isArray(ids) ? ids : [ids];
}
