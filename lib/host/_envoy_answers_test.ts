import assert from "node:assert/strict";
import { isLastLine, readDiscoveryLog, readRefusal } from "./_envoy_answers.ts";

const LAST = "lds: listener \\'last\\' config rejected: no filter chains specified";

Deno.test("readDiscoveryLog() gives an answer per listener, escaped or not", () => {
  const lines = [
    "Configure a limit in `envoy.resource_monitors.global_downstream_max_connections` resource monitor.",
    "lds: listener \\'1\\' config rejected: Failed to load \\\"x\\\"\\n, Cause: \\'y\\'",
    "lds: listener '2' config rejected: plain",
    LAST,
  ];
  assert.deepEqual(readDiscoveryLog(lines, 4), [
    { accepted: true },
    { accepted: false, message: `Failed to load "x" , Cause: 'y'` },
    { accepted: false, message: "plain" },
    { accepted: true },
  ]);
});

Deno.test("readDiscoveryLog() proves nothing without the last listener, or when the first is refused", () => {
  assert.equal(readDiscoveryLog(["lds: listener '0' config rejected: no"], 1), null);
  assert.equal(readDiscoveryLog([], 1), null);
  assert.equal(readDiscoveryLog(["lds: listener 'first' config rejected: no", LAST], 1), null);
});

Deno.test("isLastLine() knows the last listener by its name alone", () => {
  assert.equal(isLastLine(LAST), true);
  assert.equal(isLastLine("lds: listener '3' config rejected: the last"), false);
  assert.equal(
    isLastLine("lds: listener '3' config rejected: lds: listener 'last' config rejected: x"),
    false,
  );
});

Deno.test("readRefusal() finds what a validation run complains of, and keeps it short", () => {
  const long = "x".repeat(1000);
  assert.equal(
    readRefusal(["warning", `error initializing configuration '/dev/fd/0': ${long}`])?.length,
    400,
  );
  assert.equal(readRefusal(["something else"]), null);
});
