import assert from "node:assert/strict";
import { join } from "node:path";
import { inDirectory } from "../../tests/fakes/in_directory.ts";
import { FakeTerminal } from "../../tests/fakes/fake_terminal.ts";
import { makeSelfSigned } from "../pki/mod.ts";
import { runCommandLine } from "./command_line.ts";

const NOW = Date.parse("2030-06-01T12:00:00Z");
const AT = "2030-06-05T00:00:00Z";
const good = await makeSelfSigned({ names: ["a.test", "*.a.test"], now: NOW, days: 90 });
const other = await makeSelfSigned({ names: ["b.test"], now: NOW, days: 90 });

async function write(dir: string, files: Record<string, Uint8Array | string>): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(dir, name);
    await Deno.mkdir(join(path, ".."), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  return dir;
}

async function check(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["check", "--envoy", "none", "--at", AT, ...args], terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

async function checkJson(...args: string[]) {
  const { code, out } = await check("-o", "json", ...args);
  return { code, pairs: JSON.parse(out).pairs };
}

Deno.test("check prints exactly the promised JSON", async () => {
  await inDirectory(async (dir) => {
    const path = await write(join(dir, "web"), { "tls.crt": good.certificate, "tls.key": good.key.open() });
    const { code, pairs } = await checkJson(path);
    assert.equal(code, 0);
    const [{ notBefore, notAfter, ...rest }] = pairs;
    assert.match(notBefore, /^2030-0[56]-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.match(notAfter, /^2030-(08|09)-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.deepEqual(rest, {
      path,
      name: "web",
      hostnames: ["a.test", "*.a.test"],
      verdict: "serve",
      reason: "Usable",
      cause: "usable",
      message: "",
      warnings: [],
    });
  });
});

Deno.test("check reads every layout to the same verdict", async () => {
  const certificate = good.certificate;
  const key = good.key.open();
  const combined = Buffer.concat([key, certificate]);
  await inDirectory(async (dir) => {
    await write(dir, {
      "kubelet/..2030/tls.crt": certificate,
      "kubelet/..2030/tls.key": key,
      "live/a.test/fullchain.pem": certificate,
      "live/a.test/privkey.pem": key,
      "live/a.test/cert.pem": certificate,
      "live/a.test/chain.pem": certificate,
      "live/a.test/README": "see certbot",
      "csi/ca.crt": certificate,
      "csi/tls.crt": certificate,
      "csi/tls.key": key,
      "haproxy/all.pem": combined,
      "plain/a.test.crt": certificate,
      "plain/a.test.key": key,
    });
    await Deno.symlink("..2030", join(dir, "kubelet/..data"));
    await Deno.symlink("..data/tls.crt", join(dir, "kubelet/tls.crt"));
    await Deno.symlink("..data/tls.key", join(dir, "kubelet/tls.key"));
    const places = [
      "kubelet",
      "live/a.test",
      "csi",
      "haproxy",
      "plain",
      "haproxy/all.pem",
      "plain/a.test.crt",
    ];
    const { code, pairs } = await checkJson(...places.map((place) => join(dir, place)));
    assert.equal(code, 0);
    assert.equal(pairs.length, places.length);
    for (const pair of pairs) assert.equal(pair.reason, "Usable", pair.path);
  });
});

Deno.test("check names what is missing, what does not match and what cannot be read", async () => {
  await inDirectory(async (dir) => {
    await write(dir, {
      "nokey/tls.crt": good.certificate,
      "nocert/tls.key": good.key.open(),
      "empty/tls.crt": "",
      "empty/tls.key": good.key.open(),
      "mixed/tls.crt": good.certificate,
      "mixed/tls.key": other.key.open(),
      "broken/tls.crt": "not a certificate",
      "broken/tls.key": good.key.open(),
      "nothing/README": "",
      "big/tls.crt": new Uint8Array(1024 * 1024 + 1),
      "big/tls.key": good.key.open(),
    });
    await Deno.mkdir(join(dir, "dirkey/tls.key"), { recursive: true });
    await write(dir, { "dirkey/tls.crt": good.certificate });
    const names = ["nokey", "nocert", "empty", "mixed", "broken", "nothing", "gone", "big", "dirkey"];
    const { code, pairs } = await checkJson(...names.map((name) => join(dir, name)));
    assert.equal(code, 1);
    assert.deepEqual(pairs.map((pair: { reason: string; cause: string }) => [pair.reason, pair.cause]), [
      ["Missing", "key_missing"],
      ["Missing", "certificate_missing"],
      ["Missing", "certificate_empty"],
      ["KeyMismatch", "key_mismatch"],
      ["Unreadable", "certificate_unreadable"],
      ["Missing", "pair_missing"],
      ["Missing", "pair_missing"],
      ["Unreadable", "file_unreadable"],
      ["Unreadable", "file_unreadable"],
    ]);
    for (const pair of pairs) assert.equal(pair.verdict, "withhold");
  });
});

Deno.test("check judges at another time", async () => {
  await inDirectory(async (dir) => {
    const path = await write(dir, { "tls.crt": good.certificate, "tls.key": good.key.open() });
    const terminal = new FakeTerminal();
    const code = await runCommandLine(
      ["check", "--envoy=none", "--at=2031-01-01", "-o", "json", path],
      terminal,
    );
    assert.equal(code, 1);
    const [pair] = JSON.parse(terminal.stdout).pairs;
    assert.equal(pair.reason, "Expired");
    assert.match(pair.message, /^HTTPS for a\.test is stopped: its certificate ran out on 2030-/);
  });
});

Deno.test("check takes quoted patterns, each match once, and a path with brackets as it stands", async () => {
  await inDirectory(async (dir) => {
    await write(dir, {
      "live/a/tls.crt": good.certificate,
      "live/a/tls.key": good.key.open(),
      "live/b/tls.crt": other.certificate,
      "live/b/tls.key": other.key.open(),
      "[x]/tls.crt": other.certificate,
      "[x]/tls.key": other.key.open(),
    });
    const { pairs } = await checkJson(join(dir, "live/*"), join(dir, "live/a"), join(dir, "[x]"));
    assert.deepEqual(pairs.map((pair: { name: string }) => pair.name), ["a", "b", "[x]"]);
    const { code, err } = await check(join(dir, "nobody/*"));
    assert.equal(code, 2);
    assert.match(err, /^error: Cannot check ".*nobody\/\*": the pattern matches nothing\nhint: /);
  });
});

Deno.test("check prints a table with a message and a hint for each failure, and warnings", async () => {
  await inDirectory(async (dir) => {
    await write(dir, {
      "good/tls.crt": good.certificate,
      "good/tls.key": good.key.open(),
      "mixed/tls.crt": good.certificate,
      "mixed/tls.key": other.key.open(),
    });
    const { code, out } = await check(join(dir, "*"), "--hostname", "c.test");
    assert.equal(code, 1);
    assert.match(out, /^VERDICT +REASON +PAIR +HOSTNAMES +VALID UNTIL/);
    assert.match(out, /serve +Usable .*good +a\.test, \*\.a\.test +2030-/);
    assert.match(out, /withhold +KeyMismatch/);
    assert.match(
      out,
      /The certificate and key for a\.test do not belong together, so HTTPS is off\. \(key_mismatch/,
    );
    assert.match(out, /hint: put the key beside the certificate it was made for/);
    assert.match(out, /warning: .*c\.test/);
    assert.match(out, /2 pairs: 1 usable, 1 withheld, 1 with warnings\n$/);
  });
});

Deno.test("check never prints a key", async () => {
  await inDirectory(async (dir) => {
    const key = Buffer.from(other.key.open()).toString();
    await write(dir, { "tls.crt": good.certificate, "tls.key": key });
    const { out, err } = await check(dir);
    const json = await check("-o", "json", dir);
    const secret = key.split("\n")[1];
    for (const text of [out, err, json.out, json.err]) assert(!text.includes(secret));
  });
});

Deno.test("check answers wrong usage with 2 and says what was expected", async () => {
  for (
    const args of [[], ["--at", "soon", "/x"], ["--at", "2030-02-31", "/x"], ["-o", "xml", "/x"], [
      "--envoi",
      "/x",
    ], [
      "--envoy",
      "/no/envoy",
      "/x",
    ]]
  ) {
    const terminal = new FakeTerminal();
    assert.equal(await runCommandLine(["check", ...args], terminal), 2, args.join(" "));
    assert.match(terminal.stderr, /^error: /, args.join(" "));
  }
});

Deno.test("check passes over what a pattern catches besides pairs", async () => {
  await inDirectory(async (dir) => {
    const combined = new TextDecoder().decode(good.key.open()) + new TextDecoder().decode(good.certificate);
    await write(dir, {
      "README": "This directory contains your keys and certificates",
      "web/fullchain.pem": good.certificate,
      "web/privkey.pem": good.key.open(),
      "combined": combined,
      "empty.pem": "",
    });
    const { code, pairs } = await checkJson(`${dir}/*`);
    assert.deepEqual(pairs.map((pair: { name: string; reason: string }) => [pair.name, pair.reason]), [
      ["combined", "Usable"],
      ["empty", "Missing"],
      ["web", "Usable"],
    ]);
    assert.equal(code, 1);
    const readme = await check(`${dir}/READ*`);
    assert.equal(readme.code, 2);
  });
});

Deno.test("check lets no name act on the terminal", async () => {
  await inDirectory(async (dir) => {
    const path = await write(join(dir, "a\x1b[2Jb"), { "tls.crt": good.certificate });
    const { out } = await check(path);
    assert(out.includes("a\\x1b[2Jb"));
    assert(!out.includes("\x1b[2J"));
  });
});
