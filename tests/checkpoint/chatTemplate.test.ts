import { assert } from "chai";
import { ChatTemplate } from "../../src/checkpoint/index.js";
import { expectSentence } from "./support.js";

const messages = [{ role: "user", content: [{ type: "text", text: "hello" }] }] as const;
const render = (source: string) =>
  new ChatTemplate(source, "T").render(messages, { addGenerationPrompt: true, variables: { bos_token: "<s>" } });

describe("chat template", () => {
  it("knows what templates use", () => {
    assert.equal(
      render("{{ bos_token }}{% for m in messages %}[{{ m['role'] }}]{{ m.content[0].text | upper }}{% endfor %}"),
      "<s>[user]HELLO",
    );
    assert.equal(
      render(
        "{% if add_generation_prompt %}yes{% endif %}{% for i in range(3) %}{{ i }}{% endfor %}{% if not none %}!{% endif %}",
      ),
      "yes012!",
    );
    assert.equal(render("{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}"), "531");
  });

  it("stops hostile templates", () => {
    expectSentence(
      () => render("{% for i in range(1000000000) %}x{% endfor %}"),
      /T was stopped: range\(\) is asked for 1000000000/,
    );
    expectSentence(
      () => render("{% set a = range(9999) %}{% for i in a %}{% for j in a %}{{ i }}{% endfor %}{% endfor %}"),
      /T was stopped: it takes/,
    );
    expectSentence(
      () => render("{% set s = 'x' %}".concat("{% set s = s + s %}".repeat(40))),
      /T was stopped: it makes a value longer/,
    );
    expectSentence(
      () => render("{% set s = ['x'] %}".concat("{% set s = s + s %}".repeat(40))),
      /T was stopped: it makes a value longer/,
    );
    expectSentence(() => render("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"), /T (failed|was stopped)/);
    expectSentence(() => render("{{ raise_exception('roles must alternate') }}"), /T failed: roles must alternate/);
    expectSentence(() => render("{{ messages.constructor.constructor('return 1')() }}"), /T failed/);
    expectSentence(() => new ChatTemplate("x".repeat(600_000), "T"), /T has 600000 characters/);
    expectSentence(() => new ChatTemplate("{% for %}", "T"), /T is not a valid Jinja template/);
  });
});
