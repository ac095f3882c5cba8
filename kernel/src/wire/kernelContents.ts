/**
 * The content of every message that a kernel sends, as plain types.
 *
 * Source: Jupyter's messaging specification 5.4; subshells from JEP 91, the welcome from JEP 65.
 */
import type { JsonObject } from "./json.js";

/** One value in several representations, by MIME type: text, or JSON where the type is JSON. */
export type MimeBundle = Readonly<Record<string, unknown>>;

/** What went wrong. */
export interface ErrorContent {
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export interface ErrorReply extends ErrorContent {
  readonly status: "error";
}

/** A reply: what was asked for, or an error, or word that the request was dropped because an earlier one failed. */
type Reply<Content = unknown> = (Content & { readonly status: "ok" }) | ErrorReply | { readonly status: "aborted" };

export interface DisplayContent {
  readonly data: MimeBundle;
  /** By MIME type. */
  readonly metadata: JsonObject;
  readonly transient?: { readonly display_id?: string };
}

type UserExpression = (Omit<DisplayContent, "transient"> & { readonly status: "ok" }) | ErrorReply;

export interface ExecuteReplyContent {
  readonly execution_count: number;
  readonly user_expressions: Readonly<Record<string, UserExpression>>;
  readonly payload: readonly JsonObject[];
}

export interface KernelInfoContent {
  readonly protocol_version: string;
  readonly implementation: string;
  readonly implementation_version: string;
  readonly language_info: {
    readonly name: string;
    readonly version: string;
    readonly mimetype: string;
    readonly file_extension: string;
    readonly pygments_lexer?: string;
    readonly codemirror_mode?: string | JsonObject;
    readonly nbconvert_exporter?: string;
  };
  readonly banner: string;
  readonly help_links?: readonly { readonly text: string; readonly url: string }[];
  /** Deprecated in favour of the feature "debugger", and still read. */
  readonly debugger?: boolean;
  readonly supported_features?: readonly string[];
}

interface CompleteContent {
  readonly matches: readonly string[];
  /** In code points, as every position of the protocol. */
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: JsonObject;
}

/** Session, line number, input; with output asked for, the input is a pair of input and output. */
export type HistoryEntry = readonly [number, number, string | readonly [string, string | null]];

/** Content by message type. */
export interface KernelContents {
  // Replies on shell and control.
  readonly execute_reply: Reply<ExecuteReplyContent> & { readonly execution_count?: number };
  readonly inspect_reply: Reply<{ readonly found: boolean; readonly data: MimeBundle; readonly metadata: JsonObject }>;
  readonly complete_reply: Reply<CompleteContent>;
  readonly history_reply: Reply<{ readonly history: readonly HistoryEntry[] }>;
  readonly is_complete_reply:
    | { readonly status: "complete" | "invalid" | "unknown" }
    | { readonly status: "incomplete"; readonly indent: string };
  readonly connect_reply: Readonly<
    Record<"shell_port" | "iopub_port" | "stdin_port" | "hb_port" | "control_port", number>
  >;
  readonly comm_info_reply: Reply<{ readonly comms: Readonly<Record<string, { readonly target_name: string }>> }>;
  readonly kernel_info_reply: Reply<KernelInfoContent>;
  readonly shutdown_reply: Reply<{ readonly restart: boolean }>;
  readonly interrupt_reply: Reply;
  /** A response of the Debug Adapter Protocol. */
  readonly debug_reply: JsonObject;
  readonly create_subshell_reply: Reply<{ readonly subshell_id: string }>;
  readonly delete_subshell_reply: Reply;
  readonly list_subshell_reply: Reply<{ readonly subshell_id: readonly string[] }>;
  // On stdin.
  readonly input_request: { readonly prompt: string; readonly password: boolean };
  // On iopub.
  readonly stream: { readonly name: "stdout" | "stderr"; readonly text: string };
  readonly display_data: DisplayContent;
  readonly update_display_data: DisplayContent & { readonly transient: { readonly display_id: string } };
  readonly execute_input: { readonly code: string; readonly execution_count: number };
  readonly execute_result: DisplayContent & { readonly execution_count: number };
  readonly error: ErrorContent;
  readonly status: { readonly execution_state: "busy" | "idle" | "starting" };
  readonly clear_output: { readonly wait: boolean };
  /** An event of the Debug Adapter Protocol. */
  readonly debug_event: JsonObject;
  /** Tells a new subscriber that from now on it misses nothing. */
  readonly iopub_welcome: { readonly subscription: string };
  readonly comm_open: {
    readonly comm_id: string;
    readonly target_name: string;
    readonly data: JsonObject;
    readonly target_module?: string;
  };
  readonly comm_msg: { readonly comm_id: string; readonly data: JsonObject };
  readonly comm_close: { readonly comm_id: string; readonly data: JsonObject };
}
