/** How VLMEvalKit words a question. Source: its dataset classes, and its prompts for Qwen2-VL (and 2.5) and LLaVA. */
import type { BenchmarkQuestion } from "../question.js";
import type { Wording } from "./benchmark.js";

type Asked = Pick<BenchmarkQuestion, "question" | "options" | "hint">;

const CHINESE = /[\u4e00-\u9fff]/u;
const LETTER_ONLY = "请直接回答选项字母。";

/** Hint, question, options and the request for one of them; the question alone where it has no options. */
export function choicePrompt({ question, options, hint }: Asked, wording: Wording): string {
  if (options === undefined) return question;
  const lines = Object.entries(options).map(([letter, text]) => `${letter}. ${text}`);
  if (wording === "llava") {
    const asked = [...(hint === undefined ? [] : [hint]), question, ...lines].join("\n");
    const request = CHINESE.test(asked)
      ? LETTER_ONLY
      : "Answer with the option's letter from the given choices directly.";
    return `${asked}\n${request}`;
  }
  const asked = `${hint === undefined ? "" : `Hint: ${hint}\n`}Question: ${question}\nOptions:\n${lines.join("\n")}\n`;
  const request = "Please select the correct answer from the options above.";
  if (wording === "standard") return `${asked}${request} \n`;
  return `${asked}${CHINESE.test(asked) ? LETTER_ONLY : request}`;
}

/** The question with the request for a short answer (TextVQA, ChartQA). */
export function shortAnswerPrompt({ question }: Asked, wording: Wording): string {
  return wording === "qwen2_vl"
    ? qwenPrompt(question)
    : `${question}\nAnswer the question using a single word or phrase.`;
}

/** The question as it is, with a request for Qwen2-VL's kind only (VizWiz, OCRBench). */
export function barePrompt({ question }: Asked, wording: Wording): string {
  return wording === "qwen2_vl" ? qwenPrompt(question) : question;
}

function qwenPrompt(question: string): string {
  return `${question}\nPlease try to answer the question with short words or phrases if possible.`;
}
