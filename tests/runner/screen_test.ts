import assert from "node:assert/strict";
import { Screen } from "./screen.ts";

function onScreen(): { shown: () => string; screen: Screen } {
  let text = "";
  return { shown: () => text, screen: new Screen((more) => void (text += more)) };
}

Deno.test("Screen shows the first as it goes on, and the others whole when they have ended", () => {
  const { shown, screen } = onScreen();
  const [first, second] = [screen.begin(), screen.begin()];
  second.write("b1\n");
  first.write("a1\n");
  assert.equal(shown(), "a1\n");
  second.write("b2\n");
  second.end();
  assert.equal(shown(), "a1\nb1\nb2\n");
  first.write("a2\n");
  first.end();
  assert.equal(shown(), "a1\nb1\nb2\na2\n");
});

Deno.test("Screen puts nothing into the midst of a line", () => {
  const { shown, screen } = onScreen();
  const [first, second] = [screen.begin(), screen.begin()];
  first.write("a1 ... ");
  second.write("b1");
  second.end();
  first.write("ok");
  assert.equal(shown(), "a1 ... ok");
  first.write(" (1s)\na2");
  assert.equal(shown(), "a1 ... ok (1s)\nb1\na2");
  first.end();
  assert.equal(shown(), "a1 ... ok (1s)\nb1\na2\n");
});

Deno.test("Screen shows the next one, with what it has said so far, when the first has ended", () => {
  const { shown, screen } = onScreen();
  const [first, second, third] = [screen.begin(), screen.begin(), screen.begin()];
  second.write("b1\n");
  third.write("c1\n");
  first.write("a1");
  third.end();
  assert.equal(shown(), "a1");
  first.end();
  assert.equal(shown(), "a1\nc1\nb1\n");
  second.write("b2\n");
  assert.equal(shown(), "a1\nc1\nb1\nb2\n");
  const fourth = screen.begin();
  fourth.write("d1\n");
  second.end();
  assert.equal(shown(), "a1\nc1\nb1\nb2\nd1\n");
});
