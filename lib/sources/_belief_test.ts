import assert from "node:assert/strict";
import { Belief, type Found } from "./_belief.ts";

const PATIENCE = { settle: 1000, absenceGrace: 3000, staleGrace: 30_000 };
const found = (grade: Found<string>["grade"], key: string = grade): Found<string> => ({
  key,
  grade,
  value: key,
});

Deno.test("Belief believes what is good at once, whatever was before", () => {
  const belief = new Belief<string>();
  assert.equal(belief.see(found("good", "a"), 0, PATIENCE), true);
  assert.equal(belief.believed?.value, "a");
  belief.see(found("bad"), 10, PATIENCE);
  belief.see(found("good", "b"), 20, PATIENCE);
  assert.equal(belief.believed?.value, "b");
  assert.equal(belief.waiting, null);
});

Deno.test("Belief believes what is not good once it has lasted, each kind for its time", () => {
  for (const [grade, wait] of [["bad", 1000], ["gone", 3000], ["unreadable", 30_000]] as const) {
    const belief = new Belief<string>();
    belief.see(found("good"), 0, PATIENCE);
    assert.equal(belief.see(found(grade), 100, PATIENCE), true, grade);
    assert.equal(belief.due(100, PATIENCE), wait, grade);
    assert.equal(belief.see(found(grade), 99 + wait, PATIENCE), false, grade);
    assert.equal(belief.believed?.grade, "good", grade);
    assert.equal(belief.waiting?.since, 100, grade);
    assert.equal(belief.ripen(100 + wait, PATIENCE), true, grade);
    assert.equal(belief.believed?.grade, grade);
    assert.equal(belief.waiting, null, grade);
  }
});

Deno.test("Belief waits only for settle where nothing good was there before", () => {
  for (const grade of ["bad", "gone", "unreadable"] as const) {
    const belief = new Belief<string>();
    belief.see(found(grade), 0, PATIENCE);
    assert.equal(belief.due(0, PATIENCE), 1000, grade);
  }
});

Deno.test("Belief begins to wait anew when what is bad changes, or moves", () => {
  const belief = new Belief<string>();
  belief.see(found("good"), 0, PATIENCE);
  belief.see(found("bad", "x"), 100, PATIENCE);
  belief.see(found("bad", "y"), 900, PATIENCE);
  assert.equal(belief.waiting?.since, 900);
  belief.disturb();
  assert.equal(belief.waiting, null);
  belief.see(found("bad", "y"), 1800, PATIENCE);
  assert.equal(belief.ripen(2000, PATIENCE), false);
});

Deno.test("Belief forgets what it was waiting for when all is as before", () => {
  const belief = new Belief<string>();
  belief.see(found("good", "a"), 0, PATIENCE);
  belief.see(found("gone"), 100, PATIENCE);
  assert.equal(belief.see(found("good", "a"), 200, PATIENCE), true);
  assert.equal(belief.due(200, PATIENCE), Infinity);
});
