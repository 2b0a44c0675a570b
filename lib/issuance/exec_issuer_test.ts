import assert from "node:assert/strict";
import type { Intent } from "../issuers/mod.ts";
import { makeKey, readAuthority, readFacts, signRequest, toPem } from "../pki/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { openExecIssuer } from "./exec_issuer.ts";
import type { IssueRequest, IssueResult } from "./issuer.ts";
import { DAY, NOW, requestOf } from "./_test_request.ts";
import { makeTestAuthority } from "./_test_authority.ts";

const never = new AbortController().signal;

/** Issues with a program that is a script of the shell; `$0` is a directory of its own. */
async function issueWith(
  script: string,
  options: {
    request?: IssueRequest;
    timeout?: number;
    signal?: AbortSignal;
    files?: Record<string, Uint8Array>;
  } = {},
  after: (directory: string) => Promise<void> = () => Promise.resolve(),
): Promise<{ result: IssueResult; request: IssueRequest }> {
  const directory = await Deno.makeTempDir({ prefix: "certgate-exec-" });
  try {
    for (const [name, bytes] of Object.entries(options.files ?? {})) {
      await Deno.writeFile(`${directory}/${name}`, bytes);
    }
    const request = options.request ?? await requestOf();
    const issuer = openExecIssuer(
      { command: ["/bin/sh", "-c", script, directory], timeout: options.timeout ?? 60_000 },
      { name: "house", clock: () => NOW },
    );
    const result = await issuer.issue(request, options.signal ?? never);
    await after(directory);
    return { result, request };
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** The answer of an authority to a request. */
async function answerTo(request: IssueRequest): Promise<{ chain: Uint8Array; root: Uint8Array }> {
  const root = await makeTestAuthority();
  const authority = await readAuthority(root.certificate, new KeyMaterial(root.key));
  assert(typeof authority !== "string");
  const validity = { notBefore: NOW - DAY, end: NOW + DAY };
  const { chain } = await signRequest(request.request, { authority, ...validity });
  return { chain, root: root.certificate };
}

const join = (...parts: Uint8Array[]) => new Uint8Array(parts.flatMap((part) => [...part]));
const text = (value: string) => new TextEncoder().encode(value);

Deno.test("openExecIssuer() gives the request on standard input and takes the chain from standard output", async () => {
  const request = await requestOf();
  const { chain, root } = await answerTo(request);
  const script = `cat > "$0/request"; env | sort > "$0/env"; cat "$0/answer"; echo all is well >&2`;
  await issueWith(script, { request, files: { answer: join(chain, root) } }, async (directory) => {
    assert.deepEqual(await Deno.readFile(`${directory}/request`), request.request);
    const env = await Deno.readTextFile(`${directory}/env`);
    assert.deepEqual(env.trim().split("\n").filter((line) => !/^(PWD|SHLVL|_|OLDPWD)=/.test(line)), [
      "CERTGATE_ISSUER=house",
      "CERTGATE_NAMES=www.example.com",
      "CERTGATE_NAMESPACE=public",
      "CERTGATE_NOT_AFTER=2027-02-19T12:00:00.000Z",
      "CERTGATE_SECRET=www-tls",
      "LANG=C.UTF-8",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ]);
  }).then(({ result }) => {
    assert(result.ok);
    assert.deepEqual(result.chain, chain);
    assert.deepEqual(result.ca, root);
  });
});

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

const EXITS: readonly (readonly [string, string, string | null, RegExp])[] = [
  ["exit 1", "refused", null, /^"\/bin\/sh" ended with code 1$/],
  ["echo no >&2; echo; exit 2", "refused", null, /^"\/bin\/sh" ended with code 2: no$/],
  ["printf 'one\\ntwo\\r\\n\\n  \\n' >&2; exit 3", "refused", null, /code 3: two$/],
  ["kill -9 $$", "refused", null, /ended with code 137$/],
  ["exit 75", "unreachable", null, /^"\/bin\/sh" could not issue it now$/],
  ["echo busy >&2; exit 75", "unreachable", null, /could not issue it now: busy$/],
  ["echo 'retry-after: 90' >&2; exit 75", "rateLimited", "2026-11-21T12:01:30.000Z", /issue it now$/],
  [
    "echo 'Retry-After:5' >&2; echo later >&2; exit 75",
    "rateLimited",
    "2026-11-21T12:00:05.000Z",
    /now: later$/,
  ],
  ["echo later >&2; echo 'retry-after: 5' >&2; exit 75", "unreachable", null, /issue it now$/],
  ["echo 'retry-after: -5' >&2; exit 75", "unreachable", null, /now: retry-after: -5$/],
  ["echo 'retry-after: 999999999' >&2; exit 75", "unreachable", null, /now: retry-after: 999999999$/],
  ["echo 'retry-after: 90' >&2; exit 1", "refused", null, /code 1: retry-after: 90$/],
  ["printf 'a\\033[31mb' >&2; exit 1", "refused", null, /code 1: a\?\[31mb$/],
  [
    `printf '%s' "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg" >&2; exit 1`,
    "refused",
    null,
    /code 1: …$/,
  ],
];

for (const [script, kind, retryAt, words] of EXITS) {
  Deno.test(`openExecIssuer() says ${kind} of: ${script}`, async () => {
    const { result } = await issueWith(script);
    assert(!result.ok);
    assert.equal(result.kind, kind);
    assert.match(result.message, words);
    assert.equal(result.retryAt === null ? null : new Date(result.retryAt).toISOString(), retryAt);
  });
}

Deno.test("openExecIssuer() shows the end of a flood of words", async () => {
  const { result } = await issueWith(
    `cat >/dev/null; yes 'a line of words that nobody reads' | head -c 8000000 >&2; echo >&2; echo the end >&2; exit 1`,
  );
  assert(!result.ok && result.kind === "refused");
  assert.match(result.message, /code 1: the end$/);
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

Deno.test("openExecIssuer() ends a program that says more than a chain can be", async () => {
  const { result } = await issueWith(`cat >/dev/null; cat /dev/zero`);
  assert(!result.ok);
  assert.equal(result.kind, "badAnswer");
  assert.match(result.message, /more than 1048576 bytes$/);
});

/** Whether a process with this number lives. */
async function lives(pid: string): Promise<boolean> {
  const state = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  return state !== "" && !/\) [ZX] /.test(state);
}

async function eventually(isTrue: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 20_000; !await isTrue();) {
    assert(Date.now() < end, "it did not come about");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

const HANGS = `cat >/dev/null; sleep 1000 & echo $! > "$0/child"; echo $$ > "$0/own"; wait`;

Deno.test("openExecIssuer() kills a program that is late, and what it has started", async () => {
  const { result } = await issueWith(HANGS, { timeout: 1000 }, async (directory) => {
    const pids = await Promise.all(
      ["child", "own"].map(async (name) => (await Deno.readTextFile(`${directory}/${name}`)).trim()),
    );
    for (const pid of pids) await eventually(async () => !await lives(pid));
  });
  assert(!result.ok);
  assert.equal(result.kind, "late");
  assert.match(result.message, /^Cannot wait for "\/bin\/sh": no answer in 1000 ms$/);
});

Deno.test("openExecIssuer() ends with its signal", async () => {
  const stop = new AbortController();
  const directory = await Deno.makeTempDir();
  try {
    const command: [string, ...string[]] = ["/bin/sh", "-c", HANGS, directory];
    const issuer = openExecIssuer({ command, timeout: 60_000 }, { name: "house", clock: () => NOW });
    const asked = issuer.issue(await requestOf(), stop.signal);
    await eventually(async () => (await Deno.readTextFile(`${directory}/own`).catch(() => "")) !== "");
    stop.abort();
    const result = await asked;
    assert(!result.ok && result.kind === "late" && result.message.endsWith("no time left"));
    const again = await issuer.issue(await requestOf(), stop.signal);
    assert(!again.ok && again.kind === "late");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("openExecIssuer() does not wait for a program that goes on behind its own", async () => {
  const request = await requestOf();
  const { chain } = await answerTo(request);
  const script = `cat >/dev/null; cat "$0/answer"; sleep 1000 & echo $! > "$0/child"`;
  const { result } = await issueWith(script, { request, files: { answer: chain } }, async (directory) => {
    const child = (await Deno.readTextFile(`${directory}/child`)).trim();
    await eventually(async () => !await lives(child));
  });
  assert(result.ok);
  assert.equal(readFacts({ certificate: result.chain, key: request.key }).problem, null);
});

Deno.test("openExecIssuer() is broken without its program", async () => {
  for (const program of ["/nonexistent/issue", "/dev/null"]) {
    const command: [string] = [program];
    const issuer = openExecIssuer({ command, timeout: 1000 }, { name: "house", clock: () => NOW });
    const result = await issuer.issue(await requestOf(), never);
    assert(!result.ok && result.kind === "broken");
    assert(result.message.startsWith(`Cannot run "${program}": `), result.message);
  }
});

Deno.test("openExecIssuer() is broken where this binary may not run the program", {
  permissions: { run: ["/usr/local/lib/certgate/issue"], read: true, env: true },
}, async () => {
  const issuer = openExecIssuer({ command: ["/bin/sh"], timeout: 1000 }, { name: "house", clock: () => NOW });
  const request = await requestOf({}, await makeKey({ algorithm: "Ed25519" }));
  const result = await issuer.issue(request, never);
  assert(!result.ok && result.kind === "broken");
  assert.match(
    result.message,
    /^Cannot run "\/bin\/sh": this binary may run \/usr\/local\/lib\/certgate\/issue: /,
  );
});
