/** Values as MIME bundles, and showing them. It publishes through a callback and knows no sockets. */
export { type DisplayBundle, isMimeBundle } from "./bundle.js";
export { describeThrown, isError, read } from "./describeError.js";
export { Displayable, html, javascript, jpeg, json, latex, markdown, md, png, svg } from "./displayables.js";
export { DisplayHandle, type DisplayOptions, Displays, type PublishDisplay } from "./displays.js";
export { toMimeBundle } from "./mimeBundle.js";
export { registerRepresentation } from "./registered.js";
export type { Representation, Represented } from "./representation.js";
export { cutText, toText } from "./text.js";
export { createTslab, type Display, type Tslab } from "./tslab.js";
