import assert from "node:assert/strict";
import { makeKey, readFacts } from "../pki/mod.ts";
import { openExecIssuer } from "./exec_issuer.ts";
import { answerTo, issueWith, join } from "./_test_exec.ts";
import { NOW, requestOf } from "./_test_request.ts";

const never = new AbortController().signal;

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
