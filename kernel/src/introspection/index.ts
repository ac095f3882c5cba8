/** What a front end asks about code. */
export { introspectionHandlers } from "./handlers.js";
