/** The page that a widget stands in, as far as it can be told from what it says of itself. */

/** `jupyter`: JupyterLab and Notebook; `page`: any other. */
export type Place = "jupyter" | "vscode" | "colab" | "page";

/** Where pages say which theme they have. */
export const PLACE_ATTRIBUTES = {
  body: ["data-jp-theme-light", "data-jp-theme-name", "data-vscode-theme-kind", "data-vscode-theme-id"],
  root: ["theme"],
} as const;

export function placeOf(): Place {
  const { body, documentElement: root } = document;
  if (body.hasAttribute("data-jp-theme-light")) return "jupyter";
  if (vscodeKind() !== null) return "vscode";
  return root.hasAttribute("theme") ? "colab" : "page";
}

/** Whether the page says that it is dark; null where it says nothing. */
export function isPageDark(): boolean | null {
  switch (placeOf()) {
    case "jupyter":
      return document.body.getAttribute("data-jp-theme-light") === "false";
    case "vscode":
      return ["vscode-dark", "vscode-high-contrast"].includes(vscodeKind()!);
    case "colab":
      return document.documentElement.getAttribute("theme") === "dark";
    case "page":
      return null;
  }
}

/** Whether the page says that motion is unwelcome, as VS Code's settings may. */
export function isPageStill(): boolean {
  return document.body.classList.contains("vscode-reduce-motion");
}

const VSCODE_KINDS = ["vscode-high-contrast-light", "vscode-high-contrast", "vscode-dark", "vscode-light"];

/** The kind of VS Code's theme; null elsewhere. Themes of high contrast have two of the classes. */
function vscodeKind(): string | null {
  const { body } = document;
  return (
    body.getAttribute("data-vscode-theme-kind") ?? VSCODE_KINDS.find((name) => body.classList.contains(name)) ?? null
  );
}
