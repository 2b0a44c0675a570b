import assert from "node:assert/strict";
import { formatVerdicts, type KnownVerdict, parseVerdicts } from "./verdict_file.ts";

const hash = "ab".repeat(32);
const good: KnownVerdict = {
  summary: { problem: null, notBefore: 1, notAfter: Infinity, temporary: false },
  confirmedBy: "envoy/1.40.0",
};
const bad: KnownVerdict = {
  summary: {
    problem: { cause: "rsa_too_small", detail: "RSA 1024 bit" },
    notBefore: -Infinity,
    notAfter: 5,
    temporary: false,
  },
  confirmedBy: "",
};

Deno.test("parseVerdicts() reads what formatVerdicts() wrote", () => {
  const known = new Map([[hash, good], ["cd".repeat(32), bad]]);
  assert.deepEqual(parseVerdicts(formatVerdicts(known, "1"), "1"), known);
});

Deno.test("parseVerdicts() does not believe other rules", () => {
  assert.deepEqual(parseVerdicts(formatVerdicts([[hash, good]], "1"), "2"), new Map());
});

Deno.test("parseVerdicts() tells a damaged file from an empty one", () => {
  for (const text of ["", "{", "[]", '{"format":1,"rules":"1","verdicts":[["x"]]}', '{"format":2}']) {
    assert.equal(parseVerdicts(text, "1"), undefined, text);
  }
  assert.deepEqual(parseVerdicts('{"format":1,"rules":"1","verdicts":[]}', "1"), new Map());
});
