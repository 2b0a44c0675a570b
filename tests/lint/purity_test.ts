import assert from "node:assert/strict";
import { findings, rulesOf } from "./_findings.ts";

const IMPURE: Record<string, string> = {
  "Deno": "Deno.readTextFileSync('x');",
  "Date.now": "export const now = () => Date.now();",
  "new Date() without an argument": "export const now = new Date();",
  "Date() without an argument": "export const now = Date();",
  "Math.random": "export const r = Math.random();",
  "performance": "performance.now();",
  "setTimeout": "setTimeout(() => {}, 1);",
  "setInterval": "setInterval(() => {}, 1);",
  "fetch": "await fetch('x');",
  "process": "process.env.X;",
  "crypto.getRandomValues": "crypto.getRandomValues(new Uint8Array(1));",
  "crypto.randomUUID": "crypto['randomUUID']();",
  "globalThis.Deno": "globalThis.Deno.pid;",
  "globalThis.Date.now": "globalThis.Date.now();",
  "globalThis as a whole": "const all = globalThis; all;",
  'import of "node:fs"': "import { readFileSync } from 'node:fs'; readFileSync;",
  'import of "node:child_process"': "import 'node:child_process';",
  'import of "@grpc/grpc-js"': "import { Server } from '@grpc/grpc-js'; Server;",
  '"randomBytes" of "node:crypto"': "import { randomBytes } from 'node:crypto'; randomBytes;",
};

Deno.test("purity fires on every way to time, chance and the outside", () => {
  for (const [what, source] of Object.entries(IMPURE)) {
    assert.deepEqual(findings("lib/pki/x.ts", source), [
      `certgate/purity: Ranks 0 to 4 are pure (this is 1): no ${what}`,
    ], source);
  }
});

Deno.test("purity holds in ranks 0 to 4 and not above, nor in tests", () => {
  const source = IMPURE["Date.now"];
  for (
    const folder of ["model", "pki", "resources", "health", "policy", "gate", "issuers", "xds", "mutations"]
  ) {
    assert.deepEqual(rulesOf(`lib/${folder}/x.ts`, source), ["certgate/purity"], folder);
    assert.deepEqual(rulesOf(`lib/${folder}/x_test.ts`, source), [], folder);
  }
  for (
    const path of [
      "lib/host/x.ts",
      "lib/sources/x.ts",
      "lib/server/x.ts",
      "lib/agent.ts",
      "lib/cli/x.ts",
      "main.ts",
    ]
  ) {
    assert.deepEqual(rulesOf(path, source), [], path);
  }
});

Deno.test("purity does not fire on what only looks alike", () => {
  const innocent = [
    "export const at = (now: number) => new Date(now);",
    "export const parsed = Date.parse('2026-01-01'), utc = Date.UTC(2026);",
    "export const limits = { fetch: 1, process: 2, Deno: 3 };",
    "export interface Hooks { fetch: string; setTimeout(): void }",
    "export const read = (x: { performance: number }) => x.performance;",
    "export function run(process: { id: number }) { return process.id; }",
    "export class Clock { fetch = 1; location() {} }",
    "export const location = { line: 1 }; location.line;",
    "import { createHash, X509Certificate } from 'node:crypto'; createHash; X509Certificate;",
    "import { Buffer } from 'node:buffer'; Buffer;",
    "import type { Socket } from 'node:net'; export type S = Socket;",
    "import { type Socket } from 'node:net'; export type S = Socket;",
    "import { parseDocument } from 'yaml'; parseDocument;",
    "export const digest = await crypto.subtle.digest('SHA-256', new Uint8Array());",
    "export type Later = (fetch: string) => void;",
    "export const { length: location } = 'x'; location;",
    "export const rounded = Math.round(1.5);",
  ];
  for (const source of innocent) assert.deepEqual(rulesOf("lib/pki/x.ts", source), [], source);
});
