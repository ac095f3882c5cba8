/** Values as MIME bundles, and showing them in a notebook. It publishes through a callback and knows no sockets. */
export { type DisplayBundle, isMimeBundle } from "./bundle.js";
export { describeThrown, isError, read } from "./describeError.js";
export { type DisplayHandle, type DisplayOptions, Displays, type PublishDisplay } from "./displays.js";
export { toMimeBundle } from "./mimeBundle.js";
/** What notebooks import. */
export * as notebook from "./notebook.js";
export { cutText, toText } from "./text.js";
export { createTslab, type Tslab } from "./tslab.js";
