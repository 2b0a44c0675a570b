import assert from "node:assert/strict";
import { readFacts, readTrust, toPem } from "../pki/mod.ts";
import { openCaIssuer } from "./ca_issuer.ts";
import type { IssueResult } from "./issuer.ts";
import { DAY, HOUR, keptLog, NOW, requestOf } from "./_test_request.ts";
import { makeTestAuthority, type TestAuthority } from "./_test_authority.ts";

const never = new AbortController().signal;

async function withFiles(
  authority: { certificate: Uint8Array; key: Uint8Array },
  body: (files: { certificate: string; key: string }, directory: string) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "certgate-ca-" });
  const files = { certificate: `${directory}/ca.crt`, key: `${directory}/ca.key` };
  try {
    await Deno.writeFile(files.certificate, authority.certificate);
    await Deno.writeFile(files.key, authority.key, { mode: 0o600 });
    await body(files, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const open = (files: { certificate: string; key: string }, now = NOW, log = keptLog()) =>
  openCaIssuer(files, { clock: () => now, log });

function good(result: IssueResult): Extract<IssueResult, { ok: true }> {
  assert(result.ok, result.ok ? "" : result.message);
  return result;
}

Deno.test("openCaIssuer() gives a chain without the root, and the root as authority", async () => {
  const root = await makeTestAuthority({ commonName: "Root" });
  const middle = await makeTestAuthority({ commonName: "Middle", by: root });
  const request = await requestOf();
  await withFiles({ ...middle, certificate: middle.chain }, async (files) => {
    const { chain, ca } = good(await open(files).issue(request, never));
    const { certificates, problem, chainOrder } = readFacts({ certificate: chain, key: request.key });
    assert.equal(problem, null);
    assert.equal(chainOrder, "leaf-first");
    assert.deepEqual(certificates.map(({ subject, issuer }) => [subject, issuer]), [
      ["", "CN=Middle"],
      ["CN=Middle", "CN=Root"],
    ]);
    assert.deepEqual(readTrust(ca!).members.map(({ facts }) => facts.subject), ["CN=Root"]);
  });
  await withFiles(root, async (files) => {
    const { chain, ca } = good(await open(files).issue(request, never));
    assert.equal(readFacts({ certificate: chain, key: request.key }).certificates.length, 1);
    assert.deepEqual(readTrust(ca!).members.map(({ facts }) => facts.subject), ["CN=Root"]);
  });
});

Deno.test("openCaIssuer() says no longer than its authority lives, and says so once", async () => {
  const root = await makeTestAuthority({ notBefore: NOW - HOUR / 120, end: NOW + 10 * DAY });
  const log = keptLog();
  await withFiles(root, async (files) => {
    const issuer = open(files, NOW, log);
    for (const duration of [{ text: "", milliseconds: 90 * DAY }, null, { text: "", milliseconds: DAY }]) {
      const { chain } = good(await issuer.issue(await requestOf({ duration }), never));
      const [leaf] = readFacts({ certificate: chain, key: null }).certificates;
      assert.equal(leaf.notBefore, NOW - HOUR / 120);
      assert.equal(leaf.notAfter, NOW + (duration?.milliseconds === DAY ? 1 : 10) * DAY - 1000);
    }
    const wanted = { ...await requestOf(), notAfterWanted: NOW + 3 * DAY };
    const { chain } = good(await issuer.issue(wanted, never));
    assert.equal(readFacts({ certificate: chain, key: null }).notAfter, NOW + 3 * DAY - 1000);
  });
  assert.deepEqual(log.lines, [
    "An authority ends before the certificates that are asked of it; they end with it",
  ]);
});

Deno.test("openCaIssuer() takes another authority as soon as its files have changed", async () => {
  const [one, other] = await Promise.all(
    ["One", "Other"].map((commonName) => makeTestAuthority({ commonName })),
  );
  await withFiles(one, async (files) => {
    const issuer = open(files);
    const issuerOf = async () => {
      const { chain } = good(await issuer.issue(await requestOf(), never));
      return readFacts({ certificate: chain, key: null }).certificates[0].issuer;
    };
    assert.equal(await issuerOf(), "CN=One");
    await Deno.writeFile(files.certificate, other.certificate);
    const torn = await issuer.issue(await requestOf(), never);
    assert(
      !torn.ok && torn.kind === "broken" && torn.message.includes("the key belongs to another certificate"),
    );
    await Deno.writeFile(files.key, other.key);
    assert.equal(await issuerOf(), "CN=Other");
  });
});

const WRONG: readonly (readonly [
  string,
  (files: { certificate: string; key: string }, root: TestAuthority) => Promise<unknown>,
  RegExp,
])[] = [
  [
    "no certificate",
    ({ certificate }) => Deno.remove(certificate),
    /"[^"]*\/ca\.crt" does not exist$/,
  ],
  ["no key", ({ key }) => Deno.remove(key), /"[^"]*\/ca\.key" does not exist$/],
  [
    "a directory",
    async ({ certificate }) => {
      await Deno.remove(certificate);
      await Deno.mkdir(certificate);
    },
    /is not a file$/,
  ],
  [
    "a huge file",
    ({ certificate }) => Deno.writeFile(certificate, new Uint8Array(2 ** 20 + 1)),
    /is larger than 1048576 bytes$/,
  ],
  ["damage", ({ certificate }) => Deno.writeTextFile(certificate, "no PEM"), /not a certificate/],
  [
    "a damaged key",
    ({ key }) => Deno.writeFile(key, toPem("PRIVATE KEY", new Uint8Array([1, 2]))),
    /the key file is damaged/,
  ],
  [
    "a key of the group",
    ({ key }) => Deno.chmod(key, 0o640),
    /can be read by others than its owner \(mode 0640\)/,
  ],
  ["a key of the world", ({ key }) => Deno.chmod(key, 0o604), /\(mode 0604\); chmod 0600 it$/],
  [
    "another key",
    async ({ key }) => Deno.writeFile(key, (await makeTestAuthority()).key),
    /the key belongs to another certificate/,
  ],
  [
    "a stranger in the chain",
    async ({ certificate }, root) => {
      const stranger = await makeTestAuthority({ commonName: "Stranger" });
      await Deno.writeFile(certificate, new Uint8Array([...root.certificate, ...stranger.certificate]));
    },
    /certificate 2 in the file does not belong to its chain$/,
  ],
];

for (const [what, spoil, words] of WRONG) {
  Deno.test(`openCaIssuer() is broken with ${what}, and no longer when it is put right`, async () => {
    const root = await makeTestAuthority();
    await withFiles(root, async (files, directory) => {
      const issuer = open(files);
      await spoil(files, root);
      const result = await issuer.issue(await requestOf(), never);
      assert(!result.ok);
      assert.equal(result.kind, "broken");
      assert.match(result.message, /^Cannot use the authority "/);
      assert.match(result.message, words);
      for (const name of ["ca.crt", "ca.key"]) {
        await Deno.remove(`${directory}/${name}`, { recursive: true }).catch(() => {});
      }
      await Deno.writeFile(files.certificate, root.certificate);
      await Deno.writeFile(files.key, root.key, { mode: 0o600 });
      good(await issuer.issue(await requestOf(), never));
    });
  });
}

Deno.test("openCaIssuer() is broken while its authority is not valid, or is none", async () => {
  const cases: [Parameters<typeof makeTestAuthority>[0], RegExp][] = [
    [{ end: NOW }, /it ended on 2026-11-21T11:59:59\.000Z$/],
    [{ notBefore: NOW + 1000 }, /it begins on 2026-11-21T12:00:01\.000Z$/],
    [{ isCa: false }, /not that of an authority \(CA\)$/],
    [{ mayIssue: false }, /does not allow it to sign certificates$/],
  ];
  for (const [wanted, words] of cases) {
    await withFiles(await makeTestAuthority(wanted), async (files) => {
      const result = await open(files).issue(await requestOf(), never);
      assert(!result.ok && result.kind === "broken");
      assert.match(result.message, words);
    });
  }
});

Deno.test("openCaIssuer() refuses a request that is none", async () => {
  await withFiles(await makeTestAuthority(), async (files) => {
    const request = {
      ...await requestOf(),
      request: toPem("CERTIFICATE REQUEST", new Uint8Array([0x30, 0])),
    };
    const result = await open(files).issue(request, never);
    assert(!result.ok && result.kind === "refused");
    assert.match(result.message, /^Cannot read a certificate request: /);
  });
});
