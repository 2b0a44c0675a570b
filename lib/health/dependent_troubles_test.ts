import assert from "node:assert/strict";
import type { DependentStatus } from "../model/mod.ts";
import { listDependentTroubles } from "./dependent_troubles.ts";

const FINE: DependentStatus = {
  name: "limit",
  single: false,
  state: "done",
  fingerprint: "AA",
  retryAt: null,
  instances: [{ instance: "systemd:a.service", outcome: "restarted", message: "it was restarted" }],
  probe: { state: "current", message: "it trusts the current authority" },
};
const messages = (status: Partial<DependentStatus>) =>
  listDependentTroubles([{ ...FINE, ...status }]).map(({ level, message, hint }) =>
    `${level} ${message} ${hint}`
  );

Deno.test("listDependentTroubles() has nothing to say where all is well, or nobody is named", () => {
  assert.deepEqual(messages({}), []);
  assert.deepEqual(listDependentTroubles(undefined), []);
});

Deno.test("listDependentTroubles() says who is not restarted and when that is tried again", () => {
  const instances = [
    { instance: "systemd:a.service", outcome: "unhealthy", message: "it is not healthy after its restart" },
    { instance: "systemd:b.service", outcome: "skipped", message: "an instance before it has failed" },
  ] as const;
  assert.deepEqual(messages({ state: "failed", retryAt: "2027-01-01T00:00:00Z", instances }), [
    "failed systemd:a.service is not restarted for the new authority: it is not healthy after its restart " +
    "it is tried again at 2027-01-01T00:00:00Z",
  ]);
});

Deno.test("listDependentTroubles() says who refuses the authority, and who will be away for a moment", () => {
  assert.deepEqual(messages({ probe: { state: "stale", message: "" }, single: true }), [
    "failed It refuses the authority in place restart it",
    "attention It has a single instance, so a rotation makes a short gap name a second one",
  ]);
});
