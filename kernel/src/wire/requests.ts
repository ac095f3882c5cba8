/**
 * The content of every message that a front end sends, checked. Fields that are not listed are kept, so that additions to
 * the protocol break nothing; what front ends are known to leave out has the specification's default.
 *
 * Source: Jupyter's messaging specification 5.4; subshells from JEP 91.
 */
import { z } from "zod";
import type { JsonObject } from "./json.js";

const jsonObject = z.record(z.string(), z.unknown());
/** Cursor positions are counted in code points. */
const position = z.int().min(0);
const commClosing = z.looseObject({ comm_id: z.string(), data: jsonObject.default({}) });

const history = z.looseObject({
  /** Whether the outputs are wanted too. */
  output: z.boolean().default(false),
  raw: z.boolean().default(true),
});

/** Schemas by message type. */
export const requestSchemas = {
  execute_request: z.looseObject({
    code: z.string(),
    silent: z.boolean().default(false),
    /** Default: not `silent`; a silent cell is never stored. */
    store_history: z.boolean().optional(),
    user_expressions: z.record(z.string(), z.string()).default({}),
    allow_stdin: z.boolean().default(true),
    stop_on_error: z.boolean().default(true),
  }),
  inspect_request: z.looseObject({
    code: z.string(),
    cursor_pos: position,
    detail_level: z.union([z.literal(0), z.literal(1)]).default(0),
  }),
  complete_request: z.looseObject({ code: z.string(), cursor_pos: position }),
  history_request: z.discriminatedUnion("hist_access_type", [
    history.extend({
      hist_access_type: z.literal("range"),
      /** Negative numbers count back from the present session, which is 0. */
      session: z.int().default(0),
      start: z.int().nullish(),
      stop: z.int().nullish(),
    }),
    history.extend({ hist_access_type: z.literal("tail"), n: z.int().nullish() }),
    history.extend({
      hist_access_type: z.literal("search"),
      n: z.int().nullish(),
      pattern: z.string().default("*"),
      unique: z.boolean().default(false),
    }),
  ]),
  is_complete_request: z.looseObject({ code: z.string() }),
  connect_request: z.looseObject({}),
  comm_info_request: z.looseObject({ target_name: z.string().nullish() }),
  comm_open: commClosing.extend({ target_name: z.string(), target_module: z.string().nullish() }),
  comm_msg: commClosing,
  comm_close: commClosing,
  kernel_info_request: z.looseObject({}),
  shutdown_request: z.looseObject({ restart: z.boolean().default(false) }),
  interrupt_request: z.looseObject({}),
  debug_request: z.looseObject({
    type: z.literal("request"),
    seq: z.int(),
    command: z.string(),
    arguments: z.unknown().optional(),
  }),
  input_reply: z.looseObject({ value: z.string(), status: z.string().optional() }),
  create_subshell_request: z.looseObject({}),
  delete_subshell_request: z.looseObject({ subshell_id: z.string() }),
  list_subshell_request: z.looseObject({}),
} as const;

export type RequestType = keyof typeof requestSchemas;
/** The checked content of a request. */
export type RequestContent<Type extends RequestType> = z.infer<(typeof requestSchemas)[Type]>;

/** Whether the kernel's protocol knows this message type from a front end. */
export function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(requestSchemas, type);
}

export type ParsedRequest<Type extends RequestType> =
  | { readonly ok: true; readonly value: RequestContent<Type> }
  | { readonly ok: false; readonly reason: string };

/** Checks a content. The reason of a refusal is a sentence for the error reply. */
export function parseRequest<Type extends RequestType>(type: Type, content: JsonObject): ParsedRequest<Type> {
  const parsed = requestSchemas[type].safeParse(content);
  if (parsed.success) return { ok: true, value: parsed.data as RequestContent<Type> };
  const [issue] = parsed.error.issues;
  const field = issue?.path.join(".") ?? "";
  const where = field === "" ? "" : ` at ${field}`;
  return { ok: false, reason: `The content of ${type} does not follow the protocol${where}: ${issue?.message}.` };
}
