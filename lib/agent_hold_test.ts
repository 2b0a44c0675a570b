import assert from "node:assert/strict";
import { CallHold } from "./agent_hold.ts";
import { type Hook, HOOKS } from "./model/mod.ts";
import type { HookHandler } from "./server/mod.ts";

const answer = Uint8Array.of(1);
const handlers = Object.fromEntries(
  HOOKS.map((hook): [Hook, HookHandler] => [hook, () => Promise.resolve(answer)]),
) as Record<
  Hook,
  HookHandler
>;

Deno.test("CallHold.wrap() answers nobody before it is opened, and everybody then", async () => {
  const hold = new CallHold(() => 10_000);
  let answered = 0;
  const calls = HOOKS.map(async (hook) => {
    await hold.wrap(handlers)[hook](answer);
    answered++;
  });
  await new Promise((resolve) => setTimeout(resolve));
  assert.equal(answered, 0);
  hold.open();
  await Promise.all(calls);
  assert.equal(answered, HOOKS.length);
  assert.equal(await hold.wrap(handlers).PostTranslateModify(answer), answer);
});

Deno.test("CallHold.wrap() ends a call that waits too long, and those of an agent that does not start", async () => {
  const late = new CallHold(() => 20);
  await assert.rejects(late.wrap(handlers).PostRouteModify(answer), /read for the first time/);
  const hold = new CallHold(() => 10_000);
  const waiting = hold.wrap(handlers).PostRouteModify(answer);
  hold.giveUp();
  await assert.rejects(waiting, /does not start/);
});

Deno.test("CallHold.wrap() says how long a call has waited already", async () => {
  const hold = new CallHold(() => 10_000);
  const told: (number | undefined)[] = [];
  const telling = Object.fromEntries(
    HOOKS.map((hook): [Hook, HookHandler] => [hook, (_request, waited) => {
      told.push(waited);
      return Promise.resolve(answer);
    }]),
  ) as Record<Hook, HookHandler>;
  const waiting = hold.wrap(telling).PostTranslateModify(answer);
  const began = performance.now();
  while (performance.now() - began < 30) await new Promise((resolve) => setTimeout(resolve));
  hold.open();
  await waiting;
  await hold.wrap(telling).PostTranslateModify(answer);
  assert.ok(told[0]! >= 30, `${told[0]}`);
  assert.ok(told[1]! < told[0]!, `${told[1]}`);
});
