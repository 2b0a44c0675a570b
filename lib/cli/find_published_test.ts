import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { makeSelfSigned, readFacts } from "../pki/mod.ts";
import { findPublished } from "./find_published.ts";

const pair = await makeSelfSigned({ names: ["a.test"], now: Date.parse("2030-06-01T12:00:00Z"), days: 9 });
const { serial } = readFacts(pair).certificates[0];
const data = { "tls.crt": Buffer.from(pair.certificate).toString("base64") };

async function find(text: string | null, ...keys: string[]) {
  const file = await Deno.makeTempFile();
  try {
    if (text === null) await Deno.remove(file);
    else await Deno.writeTextFile(file, text);
    return Object.fromEntries(await findPublished(file, keys));
  } finally {
    await Deno.remove(file).catch(() => {});
  }
}

const secret = (namespace: string, name: string) =>
  JSON.stringify({ kind: "Secret", metadata: { namespace, name }, data });

Deno.test("findPublished() finds Secrets by namespace and name among other documents", async () => {
  const gateway = JSON.stringify({ kind: "Gateway", metadata: { namespace: "one", name: "web" } });
  const block = `kind: Secret\nmetadata:\n  namespace: two\n  name: web\ndata:\n  tls.crt: ${
    data["tls.crt"]
  }\n`;
  const text = ["# made by certgate", gateway, block, secret("one", "web.a")].join("\n---\n");
  assert.deepEqual(await find(text, "two/web", "one/web", "one/web.a", "one/web+a"), {
    "two/web": { kind: "there", serial },
    "one/web": { kind: "absent" },
    "one/web.a": { kind: "there", serial },
    "one/web+a": { kind: "absent" },
  });
});

Deno.test("findPublished() says why it cannot look", async () => {
  assert.deepEqual(await find(null, "one/web"), {
    "one/web": { kind: "unreadable", detail: "the file is not there" },
  });
  const damaged = await find("kind: Secret\nmetadata: { name: web\n", "one/web");
  assert.equal(damaged["one/web"].kind, "unreadable");
});
