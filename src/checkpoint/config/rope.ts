/** Rotary positions as config.json states them: `rope_scaling` with `rope_theta` beside it, or `rope_parameters`. */
import { z } from "zod";
import { EspalierError } from "../../errors.js";
import { positive, short } from "./check.js";

/** One set of rotary parameters. */
export const ropeFields = {
  rope_type: z.string().nullish(),
  /** The older name of `rope_type`. */
  type: z.string().nullish(),
  rope_theta: positive.nullish(),
  factor: positive.nullish(),
};

type RopeFields = z.infer<z.ZodObject<typeof ropeFields>>;

/**
 * The kind of scaling; `"default"` where none is named.
 *
 * @param supported kinds that the architecture's graph knows.
 * @throws EspalierError that names an unsupported kind.
 */
export function ropeType(rope: Partial<RopeFields>, supported: readonly string[], where: string): string {
  const type = rope.rope_type ?? rope.type ?? "default";
  if (supported.includes(type)) return type;
  throw new EspalierError(
    `${where}: the rotary scaling ${short(type)} is not supported; ${supported.map((name) => `"${name}"`).join(" and ")} ${supported.length === 1 ? "is" : "are"}.`,
  );
}
