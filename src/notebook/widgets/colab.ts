/**
 * Colab draws widgets of others only where the output names what is to draw them, as its own Python library does in
 * `google.colab.output.enable_custom_widget_manager`.
 */
const MANAGER =
  "https://ssl.gstatic.com/colaboratory-static/widgets/colab-cdn-widget-manager/2b70e893a8ba7c0f/manager.min.js";

/** @param mime of the widget's view. @returns nothing outside Colab. */
export function colabMetadata(mime: string, env: NodeJS.ProcessEnv = process.env): Readonly<Record<string, unknown>> {
  if (env["COLAB_RELEASE_TAG"] === undefined) return {};
  return { [mime]: { colab: { custom_widget_manager: { url: MANAGER } } } };
}
