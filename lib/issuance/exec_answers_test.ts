import assert from "node:assert/strict";
import type { Intent } from "../issuers/mod.ts";
import { toPem } from "../pki/mod.ts";
import type { IssueRequest } from "./issuer.ts";
import { answerTo, issueWith, join, text } from "./_test_exec.ts";
import { requestOf } from "./_test_request.ts";

Deno.test("openExecIssuer() puts an answer right that has the issuer first, text around it and CR", async () => {
  const request = await requestOf();
  const { chain, root } = await answerTo(request);
  const messy = text(
    `subject=x\r\n${new TextDecoder().decode(join(root, chain)).replaceAll("\n", "\r\n")}\r\nbye`,
  );
  const { result } = await issueWith(`cat >/dev/null; cat "$0/answer"`, {
    request,
    files: { answer: messy },
  });
  assert(result.ok);
  assert.deepEqual(result.chain, chain);
  assert.deepEqual(result.ca, root);
});

const BAD: readonly (readonly [string, (request: IssueRequest) => Promise<Uint8Array>, RegExp])[] = [
  ["nothing", () => Promise.resolve(new Uint8Array()), /the certificate file is empty$/],
  ["no PEM", () => Promise.resolve(text("<html>not today</html>")), /not a certificate/],
  ["the request", ({ request }) => Promise.resolve(request), /not a certificate/],
  ["a torn chain", async (request) => (await answerTo(request)).chain.slice(0, 300), /not a certificate/],
  [
    "rubbish in a certificate",
    () => Promise.resolve(toPem("CERTIFICATE", new Uint8Array([0x30, 0x82, 0xff, 0xff]))),
    /the certificate file is damaged/,
  ],
  [
    "a certificate for another key",
    async () => (await answerTo(await requestOf())).chain,
    /the key belongs to another certificate/,
  ],
  [
    "the authority alone",
    async (request) => (await answerTo(request)).root,
    /does not allow its key to sign/,
  ],
  [
    "a certificate for another name",
    async (request) => (await answerTo(await requestOf({ dnsNames: ["x.example"] }, request.key))).chain,
    /the certificate is not for "www\.example\.com"$/,
  ],
  [
    "thirty certificates",
    async (request) => {
      const { chain, root } = await answerTo(request);
      return join(chain, ...Array.from({ length: 29 }, () => root));
    },
    /there are 30 certificates in it$/,
  ],
];

for (const [what, answer, words] of BAD) {
  Deno.test(`openExecIssuer() says badAnswer of ${what}`, async () => {
    const request = await requestOf();
    const files = { answer: await answer(request) };
    const { result } = await issueWith(`cat >/dev/null; cat "$0/answer"`, { request, files });
    assert(!result.ok);
    assert.equal(result.kind, "badAnswer");
    assert.match(result.message, words);
    assert.match(result.message, /^Cannot use the answer: /);
  });
}

Deno.test("openExecIssuer() wants every name and address, as they are or below a wildcard", async () => {
  const asked: Partial<Intent> = {
    dnsNames: ["a.example.com", "WWW.example.com", "b.c.example.com"],
    ipAddresses: ["2001:DB8:0::1", "192.0.2.7"],
  };
  const request = await requestOf(asked);
  const less = await requestOf({ dnsNames: ["*.example.com"], ipAddresses: ["2001:db8::1"] }, request.key);
  const files = { answer: (await answerTo(less)).chain };
  const { result } = await issueWith(`cat >/dev/null; cat "$0/answer"`, { request, files });
  assert(!result.ok);
  assert.equal(
    result.message,
    'Cannot use the answer: the certificate is not for "b.c.example.com", "192.0.2.7"',
  );
});
