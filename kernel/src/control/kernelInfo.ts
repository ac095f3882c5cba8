/** What the kernel says of itself. Source: Jupyter's messaging specification 5.4, "Kernel info". */
import { type Connection, type KernelContents, PROTOCOL_VERSION, type SocketName } from "../wire/index.js";

export interface KernelVersions {
  /** Of the kernel's package. */
  readonly kernel: string;
  readonly typescript: string;
}

/** Features by the names of `supported_features`. */
const FEATURES = ["debugger", "kernel subshells"] as const;

export function kernelInfo({ kernel, typescript }: KernelVersions): KernelContents["kernel_info_reply"] {
  return {
    status: "ok",
    protocol_version: PROTOCOL_VERSION,
    implementation: "espalier",
    implementation_version: kernel,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      pygments_lexer: "typescript",
      codemirror_mode: { name: "javascript", typescript: true },
      nbconvert_exporter: "script",
    },
    banner: `Espalier ${kernel}: TypeScript ${typescript} on Node.js ${process.version}`,
    help_links: [
      { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
      { text: "Node.js", url: "https://nodejs.org/docs/latest/api/" },
      { text: "TensorFlow.js", url: "https://js.tensorflow.org/api/latest/" },
    ],
    debugger: true,
    supported_features: [...FEATURES],
  };
}

/** Where the kernel listens, for `connect_reply`. */
export function connectInfo({ endpoints }: Connection): KernelContents["connect_reply"] {
  const port = (name: SocketName): number => Number(/\d+$/.exec(endpoints[name])![0]);
  return {
    shell_port: port("shell"),
    control_port: port("control"),
    iopub_port: port("iopub"),
    stdin_port: port("stdin"),
    hb_port: port("heartbeat"),
  };
}
