/** The extension's plugins. */
export {};
