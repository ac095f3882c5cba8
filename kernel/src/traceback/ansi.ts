/** Colours of text in front ends, which know the escape sequences of terminals. Source: ECMA-48, 8.3.117. */

function style(code: string): (text: string) => string {
  return (text) => (text === "" ? "" : `\x1b[${code}m${text}\x1b[0m`);
}

export const red = style("31");
export const boldRed = style("1;31");
export const green = style("32");
export const boldGreen = style("1;32");
export const yellow = style("33");
export const cyan = style("36");
export const grey = style("90");
export const inverse = style("7");
