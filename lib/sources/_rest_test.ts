import assert from "node:assert/strict";
import { QUIET, Rest } from "./_rest.ts";

const LONG_AGO = -1e9;

Deno.test("Rest lets files be read at once that were changed long ago", () => {
  const rest = new Rest();
  assert.equal(rest.note({ text: "a", changedBefore: LONG_AGO }, { now: 0, wall: 0 }), true);
  assert.equal(rest.wait({ now: 0, wall: 0 }), 0);
  assert.equal(rest.telling({ now: 0, wall: 0 }), true);
});

Deno.test("Rest makes files wait that were changed a moment ago, until nothing changes any more", () => {
  const rest = new Rest();
  for (const [now, text] of [[0, "a"], [150, "b"], [300, "c"]] as const) {
    rest.note({ text, changedBefore: now }, { now, wall: now });
    assert.equal(rest.wait({ now, wall: now }), QUIET);
  }
  assert.equal(rest.note({ text: "c", changedBefore: 300 }, { now: 400, wall: 400 }), false);
  assert.equal(rest.wait({ now: 400, wall: 400 }), QUIET - 100);
  assert.equal(rest.wait({ now: 500, wall: 500 }), 0);
});

Deno.test("Rest trusts its own watch where the times of files are in the future", () => {
  const rest = new Rest();
  rest.note({ text: "a", changedBefore: 1e12 }, { now: 0, wall: 0 });
  assert.equal(rest.wait({ now: 0, wall: 0 }), QUIET);
  assert.equal(rest.wait({ now: QUIET, wall: 5 }), 0);
  assert.equal(rest.telling({ now: QUIET, wall: 5 }), false);
  assert.equal(rest.telling({ now: 2000, wall: 5 }), true);
});
