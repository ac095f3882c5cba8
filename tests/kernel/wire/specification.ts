/**
 * What the messaging specification says of a message that a kernel sends, strictly: a field too many is an error here.
 * Written from the specification and not from the kernel's types, so that each checks the other.
 */
import { z } from "zod";
import type { Message } from "../../../kernel/src/wire/index.js";

const object = z.record(z.string(), z.unknown());
const count = z.int().min(0);
const error = { ename: z.string(), evalue: z.string(), traceback: z.array(z.string()) };
const errorReply = z.strictObject({ status: z.literal("error"), execution_count: count.optional(), ...error });
const aborted = z.strictObject({ status: z.literal("aborted"), execution_count: count.optional() });

function reply(fields: z.ZodRawShape) {
  return z.union([z.strictObject({ status: z.literal("ok"), ...fields }), errorReply, aborted]);
}

const display = {
  data: object,
  metadata: object,
  transient: z.strictObject({ display_id: z.string().optional() }).optional(),
};
const line = z.union([z.string(), z.tuple([z.string(), z.string().nullable()])]);
const port = z.int().min(1).max(65535);
const dap = z.looseObject({ seq: z.int() });

const contents: Readonly<Record<string, z.ZodType>> = {
  execute_reply: reply({ execution_count: count, user_expressions: object, payload: z.array(object) }),
  inspect_reply: reply({ found: z.boolean(), data: object, metadata: object }),
  complete_reply: reply({ matches: z.array(z.string()), cursor_start: count, cursor_end: count, metadata: object }),
  history_reply: reply({ history: z.array(z.tuple([z.int(), z.int(), line])) }),
  is_complete_reply: z.union([
    z.strictObject({ status: z.enum(["complete", "invalid", "unknown"]) }),
    z.strictObject({ status: z.literal("incomplete"), indent: z.string().regex(/^\s*$/) }),
  ]),
  connect_reply: z.union([
    z.strictObject({ shell_port: port, iopub_port: port, stdin_port: port, hb_port: port, control_port: port }),
    errorReply,
  ]),
  comm_info_reply: reply({ comms: z.record(z.string(), z.strictObject({ target_name: z.string() })) }),
  kernel_info_reply: reply({
    protocol_version: z.string().regex(/^\d+\.\d+(\.\d+)?$/),
    implementation: z.string(),
    implementation_version: z.string(),
    language_info: z.looseObject({
      name: z.string(),
      version: z.string(),
      mimetype: z.string(),
      file_extension: z.string().startsWith("."),
    }),
    banner: z.string(),
    debugger: z.boolean().optional(),
    help_links: z.array(z.strictObject({ text: z.string(), url: z.url() })).optional(),
    supported_features: z.array(z.string()).optional(),
  }),
  shutdown_reply: reply({ restart: z.boolean() }),
  interrupt_reply: reply({}),
  debug_reply: dap.extend({
    type: z.literal("response"),
    request_seq: z.int(),
    success: z.boolean(),
    command: z.string(),
  }),
  create_subshell_reply: reply({ subshell_id: z.string().min(1) }),
  delete_subshell_reply: reply({}),
  list_subshell_reply: reply({ subshell_id: z.array(z.string().min(1)) }),
  input_request: z.strictObject({ prompt: z.string(), password: z.boolean() }),
  stream: z.strictObject({ name: z.enum(["stdout", "stderr"]), text: z.string() }),
  display_data: z.strictObject(display),
  update_display_data: z.strictObject({ ...display, transient: z.strictObject({ display_id: z.string() }) }),
  execute_input: z.strictObject({ code: z.string(), execution_count: count }),
  execute_result: z.strictObject({ ...display, execution_count: count }),
  error: z.strictObject(error),
  status: z.strictObject({ execution_state: z.enum(["busy", "idle", "starting"]) }),
  clear_output: z.strictObject({ wait: z.boolean() }),
  debug_event: dap.extend({ type: z.literal("event"), event: z.string() }),
  iopub_welcome: z.strictObject({ subscription: z.string() }),
  comm_open: z.strictObject({
    comm_id: z.string(),
    target_name: z.string(),
    data: object,
    target_module: z.string().optional(),
  }),
  comm_msg: z.strictObject({ comm_id: z.string(), data: object }),
  comm_close: z.strictObject({ comm_id: z.string(), data: object }),
};

const header = z.strictObject({
  msg_id: z.string().min(1),
  msg_type: z.enum(Object.keys(contents)),
  session: z.string().min(1),
  username: z.string(),
  date: z.iso.datetime({ offset: true }),
  version: z.string().regex(/^5\.\d+$/),
});
/** Someone else's header, with what they like to add. */
const parentHeader = z.union([
  z.strictObject({}),
  z.looseObject({ msg_id: z.string(), msg_type: z.string(), session: z.string() }),
]);

/** @throws ZodError where the message does not follow the specification. */
export function checkPublished(message: Message): void {
  header.parse(message.header);
  parentHeader.parse(message.parent_header);
  object.parse(message.metadata);
  contents[message.header.msg_type]!.parse(message.content);
}
