import assert from "node:assert/strict";
import { parse } from "yaml";
import { renderData } from "./render_data.ts";

const value = {
  plain: "a",
  "key\u202e": [1, null, true],
  hostile: ["\x1b[31m", "\x9b31m", "a\u202eb", "two\nlines", "#no", "no", "2030-01-01"],
};

for (const format of ["json", "yaml"] as const) {
  Deno.test(`renderData() gives ${format} that reads back the same and cannot act on a terminal`, () => {
    const text = renderData(value, format);
    // deno-lint-ignore no-control-regex -- these are what must not be there
    assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e]/);
    assert.deepEqual(format === "json" ? JSON.parse(text) : parse(text), value);
    assert(text.endsWith("\n"));
  });
}

Deno.test("renderData() writes words that readers of YAML 1.1 take for truth values in quotes", () => {
  assert.equal(renderData({ a: "no", b: "yes" }, "yaml"), 'a: "no"\nb: "yes"\n');
});
