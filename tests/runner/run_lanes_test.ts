import assert from "node:assert/strict";
import { runLanes, shareLanes } from "./run_lanes.ts";

Deno.test("shareLanes() gives groups that wait a lane of their own, first, and one to those without workers", () => {
  const [slow, alone, quick] = [{ waits: true as const }, {}, { workers: 2 }];
  const other = { ...quick };
  assert.deepEqual(shareLanes([quick, slow, alone, other]), [[slow], [alone], [quick, other]]);
  assert.deepEqual(shareLanes([quick]), [[quick]]);
  assert.deepEqual(shareLanes([slow, alone]), [[slow], [alone]]);
  const own = { waits: true, apart: true } as const;
  assert.deepEqual(shareLanes([own, slow, alone]), [[own, slow], [alone]]);
  assert.deepEqual(shareLanes([own, slow, alone], true), [[slow], [own], [alone]]);
});

Deno.test("runLanes() runs lanes side by side and each in its order", async () => {
  const gates = new Map(["a", "b", "c"].map((name) => [name, Promise.withResolvers<void>()]));
  const begun: string[] = [];
  let text = "";
  const ended = runLanes([["a"], ["b", "c"]], (more) => void (text += more), async (name, voice, behind) => {
    begun.push(`${name} ${behind}`);
    voice.write(`${name}1\n`);
    await gates.get(name)!.promise;
    voice.write(`${name}2\n`);
  });
  assert.deepEqual(begun, ["a false", "b true"]);
  gates.get("b")!.resolve();
  gates.get("c")!.resolve();
  // The second lane is through before the first one moves.
  while (!text.includes("c2")) await new Promise((resolve) => setTimeout(resolve, 0));
  gates.get("a")!.resolve();
  await ended;
  assert.equal(text, "a1\nb1\nb2\nc1\nc2\na2\n");
});

Deno.test("runLanes() has a lane that is through take over the last of another, and never of the first", async () => {
  const gates = new Map(["a", "b", "c", "d", "e"].map((name) => [name, Promise.withResolvers<void>()]));
  const begun: string[] = [];
  const ended = runLanes([["a", "e"], ["b", "c", "d"]], () => {}, async (name, _voice, behind) => {
    begun.push(`${name} ${behind}`);
    await gates.get(name)!.promise;
  });
  const begins = async (one: string) => {
    while (!begun.some((each) => each.startsWith(one))) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  };
  gates.get("a")!.resolve();
  await begins("e");
  gates.get("e")!.resolve();
  await begins("d");
  assert.deepEqual(begun, ["a false", "b true", "e false", "d true"]);
  for (const gate of gates.values()) gate.resolve();
  await ended;
  assert.equal(begun.at(-1), "c true");
});

Deno.test("runLanes() leaves the first lane to itself", async () => {
  const gate = Promise.withResolvers<void>();
  const begun: string[] = [];
  const ended = runLanes([["a", "b"], ["c"]], () => {}, async (name) => {
    begun.push(name);
    if (name === "a") await gate.promise;
  });
  while (begun.length < 2) await new Promise((resolve) => setTimeout(resolve, 0));
  await new Promise((resolve) => setTimeout(resolve, 0));
  assert.deepEqual(begun, ["a", "c"]);
  gate.resolve();
  await ended;
  assert.deepEqual(begun, ["a", "c", "b"]);
});
