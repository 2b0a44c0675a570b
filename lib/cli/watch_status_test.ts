import assert from "node:assert/strict";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { EXIT } from "./exit_code.ts";
import { watchStatus } from "./watch_status.ts";

const view = { out: "all well\n", err: "", code: EXIT.found };

/** What is written to a terminal until the first look has been shown. */
async function firstLook(terminal: FakeTerminal): Promise<string> {
  const stop = new AbortController();
  const shown = new Promise<void>((resolve) => {
    const out = terminal.out.bind(terminal);
    terminal.out = (text) => {
      out(text);
      if (text === view.out) resolve();
    };
  });
  const watching = watchStatus(() => Promise.resolve(view), terminal, stop.signal);
  await shown;
  stop.abort();
  assert.equal(await watching, 0, "whatever was found");
  return terminal.stdout;
}

Deno.test("watchStatus() draws on a screen in the same place, and elsewhere line by line", async () => {
  assert.equal(await firstLook(new FakeTerminal()), view.out);
  assert.equal(await firstLook(new FakeTerminal({ screen: true })), `\x1b[H\x1b[2J${view.out}`);
});

Deno.test("watchStatus() does not wait for an answer once it is to end", async () => {
  const stop = new AbortController();
  const watching = watchStatus(() => new Promise(() => {}), new FakeTerminal(), stop.signal);
  stop.abort();
  assert.equal(await watching, 0);
});
