/** The extension's plugins, for JupyterLab 4 and Notebook 7. */
import { plugin } from "./jupyter/plugin.js";

export default plugin;
