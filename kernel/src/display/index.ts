/** Values as MIME bundles, and showing them in a notebook. It publishes through a callback and knows no sockets. */
export { type DisplayBundle, isMimeBundle } from "./bundle.js";
export { describeThrown, isError, read } from "./describeError.js";
export { type DisplayHandle, type DisplayOptions, Displays, type PublishDisplay } from "./displays.js";
export { toMimeBundle } from "./mimeBundle.js";
export { setCurrentDisplays } from "./notebook.js";
export { dataOf } from "./properties.js";
export { cutText, toText } from "./text.js";
export { createTslab, type Tslab } from "./tslab.js";
