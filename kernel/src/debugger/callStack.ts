/** The user's part of the stack where the main thread stands still. */
import type { Paused } from "../interrupt/index.js";
import type { JsonObject } from "../wire/index.js";
import type { Position } from "./sourceMap.js";
import { originalOf, type Script, type Sources } from "./sources.js";

export type CallFrame = Paused["callFrames"][number];

export interface Frame {
  readonly id: number;
  readonly callFrame: CallFrame;
  readonly script: Script;
  /** In what the user wrote. */
  readonly place: Position;
  /** Whether it is of a cell's own code and of none of its functions. */
  readonly isCell: boolean;
}

/** The user's place where a frame stands; undefined: it is in code of nobody's. */
export function userPlace({ url, location }: CallFrame, sources: Sources): Position | undefined {
  const script = sources.at(url);
  return script && originalOf(script, { line: location.lineNumber, column: location.columnNumber ?? 0 });
}

/**
 * Frames of cells and files, the innermost first; those of Node and of the kernel are left out.
 *
 * @param firstId of the innermost frame; the others follow.
 */
export function userFrames({ callFrames }: Paused, sources: Sources, firstId: number): readonly Frame[] {
  return callFrames
    .flatMap((callFrame) => {
      const script = sources.at(callFrame.url);
      const place = userPlace(callFrame, sources);
      return script === undefined || place === undefined
        ? []
        : [{ callFrame, script, place, isCell: isCell(callFrame, script) }];
    })
    .map((frame, i) => ({ ...frame, id: firstId + i }));
}

function isCell({ functionLocation }: CallFrame, { code }: Script): boolean {
  // The function that the kernel makes around a cell begins before the cell's first line.
  return code !== undefined && functionLocation !== undefined && functionLocation.lineNumber < 0;
}

/** A frame for a client; lines and columns from 1. */
export function describeFrame({ id, callFrame, script, place, isCell }: Frame): JsonObject {
  const name = isCell ? script.name : callFrame.functionName || "(anonymous)";
  return {
    id,
    name,
    source: { name: script.name, path: script.path },
    line: place.line + 1,
    column: place.column + 1,
  };
}
