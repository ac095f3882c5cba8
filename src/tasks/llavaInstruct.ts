/**
 * Conversations about pictures as LLaVA-Instruct keeps them: a JSON list of {id, image, conversations: [{from, value}, …]},
 * with `<image>` in the turn of a human to which the picture belongs.
 *
 * Source: LLaVA (arXiv 2304.08485), its LLaVA-Instruct-150K and the mixtures in its layout.
 */
import { EspalierError } from "../errors.js";
import { Pacer } from "../tensor/index.js";
import { JsonList, type MemberRange } from "./jsonList.js";

const PLACEHOLDER = "<image>";

export interface LlavaInstructOptions {
  /**
   * Which turns become samples: the human turn with the picture and the answer to it (default "first"), or every human turn
   * from there on as a sample of its own ("all"), asked about the picture without what was said before. Later turns often lean
   * on earlier ones, so the first asks the clearest.
   */
  readonly turns?: "first" | "all";
  /** Gives way to other work while the file is read, and stops it; default: its own. */
  readonly pacer?: Pacer;
}

/** Where a question and its answer stand. */
export interface InstructSample {
  /** The entry's id; of entries that share one, and of further turns, with a number behind it. */
  readonly id: string;
  /** As the file has it, to be looked up in the folder of pictures. */
  readonly image: string;
  readonly entry: MemberRange;
  /** Index of the human turn. */
  readonly turn: number;
}

/** A question and its answer, which may be missing. */
export interface InstructTurn {
  readonly question: string;
  readonly answer?: string;
}

interface Turn {
  readonly from: string;
  readonly value: string;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Opens a file of conversations. Texts stay in the file until they are asked for; of an entry about 250 bytes are kept, so
 * LLaVA-Instruct's 158,000 take some 40 MB, whatever the size of the file.
 *
 * @throws EspalierError that names the entry for what is no conversation, and when no entry has a picture; Stopped.
 */
export async function openLlavaInstruct(file: string, options: LlavaInstructOptions = {}): Promise<LlavaInstruct> {
  const list = new JsonList(file);
  try {
    return await LlavaInstruct.read(list, options);
  } catch (error) {
    list.close();
    throw error;
  }
}

/** An open file of conversations. Made by `openLlavaInstruct`. */
export class LlavaInstruct {
  readonly path: string;
  /** In the file's order. */
  readonly samples: readonly InstructSample[];
  /** Number of entries that were passed over because they have no picture. */
  readonly withoutPicture: number;
  readonly #list: JsonList;

  private constructor(list: JsonList, samples: readonly InstructSample[], withoutPicture: number) {
    this.path = list.path;
    this.#list = list;
    this.samples = samples;
    this.withoutPicture = withoutPicture;
  }

  /** @param list owned by the result. */
  static async read(
    list: JsonList,
    { turns = "first", pacer = new Pacer() }: LlavaInstructOptions,
  ): Promise<LlavaInstruct> {
    const samples: InstructSample[] = [];
    const seen = new Map<string, number>();
    let withoutPicture = 0;
    for (const entry of list.ranges()) {
      await pacer.pause();
      const value = entryOf(list, entry);
      const conversation = turnsOf(list, entry, value);
      const first = conversation.findIndex(({ from, value }) => from === "human" && value.includes(PLACEHOLDER));
      const { image, id } = value;
      if (typeof image !== "string" || image === "" || first < 0) {
        withoutPicture++;
        continue;
      }
      const name = typeof id === "string" || typeof id === "number" ? String(id) : `${entry.index}`;
      for (let turn = first; turn < (turns === "all" ? conversation.length : first + 1); turn++) {
        if (conversation[turn].from !== "human") continue;
        const before = seen.get(name) ?? 0;
        seen.set(name, before + 1);
        samples.push({ id: before === 0 ? name : `${name}#${before + 1}`, image, entry, turn });
      }
    }
    if (samples.length > 0) return new LlavaInstruct(list, samples, withoutPicture);
    throw new EspalierError(
      `${list.path} has no conversation with a picture; entries with image, and ${PLACEHOLDER} in a human turn, are wanted.`,
    );
  }

  /** The texts of a sample, read from the file at each call. */
  text({ entry, turn }: InstructSample): InstructTurn {
    const conversation = turnsOf(this.#list, entry, entryOf(this.#list, entry));
    const question = conversation[turn].value.replaceAll(PLACEHOLDER, "").trim();
    const next = conversation[turn + 1];
    const answer = next?.from === "gpt" ? next.value.trim() : "";
    return { question, ...(answer === "" ? {} : { answer }) };
  }

  /** Closes the file. */
  close(): void {
    this.#list.close();
  }
}

function entryOf(list: JsonList, entry: MemberRange): Record<string, unknown> {
  const value = list.read(entry);
  if (isObject(value)) return value;
  throw unusable(list, entry, "is no object");
}

function turnsOf(list: JsonList, entry: MemberRange, { conversations }: Record<string, unknown>): Turn[] {
  if (!Array.isArray(conversations)) throw unusable(list, entry, "has no list of conversations");
  return conversations.map((turn: unknown, i) => {
    // An answer that is missing may be left out as a value.
    if (isObject(turn) && typeof turn.from === "string") {
      const value = turn.value ?? "";
      if (typeof value === "string") return { from: turn.from, value };
    }
    throw unusable(list, entry, `has a turn (${i}) that is not {from, value} with texts`);
  });
}

function unusable({ path }: JsonList, { index }: MemberRange, what: string): EspalierError {
  return new EspalierError(
    `${path}, entry ${index}, ${what}; {id, image, conversations: [{from, value}, …]} is wanted.`,
  );
}
