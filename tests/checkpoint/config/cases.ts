/** The golden configurations, and assertions that a changed one is refused. */
import { type ModelConfig, parseConfig } from "../../../src/checkpoint/index.js";
import { expectSentence, goldenJson } from "../support.js";

export type Json = Record<string, unknown>;

export const cases = goldenJson<{ name: string; source: Json; expected: ModelConfig }[]>("configs.json");

/** A copy of config.json's contents that a test may change. */
export const source = (name: string): Json => structuredClone(cases.find((one) => one.name === name)!.source);

export const text = (json: Json): Json => json["text_config"] as Json;
export const vision = (json: Json): Json => json["vision_config"] as Json;

/** What a changed configuration is read as. */
export function changed(name: string, change: (json: Json) => void): ModelConfig {
  const json = source(name);
  change(json);
  return parseConfig(json, {}, "dir/config.json");
}

export function refuse(name: string, change: (json: Json) => void, wanted: RegExp): void {
  expectSentence(() => changed(name, change), wanted);
}
