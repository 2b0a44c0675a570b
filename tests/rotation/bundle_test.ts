import assert from "node:assert/strict";
import { join } from "node:path";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { makeAuthority, readTrust } from "../../lib/pki/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { inHome } from "./_trees.ts";

const DAY = 86_400_000;

async function authority(end: number): Promise<string> {
  const notBefore = Date.now() - 100 * DAY;
  const made = await makeAuthority({
    commonName: "root",
    notBefore,
    end: Date.now() + end * DAY,
    key: "ecdsa",
  });
  return new TextDecoder().decode(made.certificate);
}

async function certgate(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["bundle", ...args], terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

Deno.test("bundle shows what is in bundles, and --merge keeps each usable one once, in order", async () => {
  const [a, b, c, expired] = await Promise.all([authority(10), authority(20), authority(30), authority(-1)]);
  await inHome(async (home) => {
    const [one, two, out] = ["one.pem", "two.pem", "out.pem"].map((name) => join(home, name));
    await Deno.writeTextFile(one, expired + b + a);
    await Deno.writeTextFile(two, `-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n${a}${c}`);
    const shown = await certgate(one, two, "-o", "json");
    assert.equal(shown.code, 1);
    const { members, leftOut, unreadable } = JSON.parse(shown.out);
    assert.equal(members.length, 3);
    assert.deepEqual(leftOut.map(({ why }: { why: string }) => why), ["expired", "duplicate"]);
    assert.match(unreadable[0], /^Certificate 1 of ".*two.pem" cannot be read/);

    assert.equal((await certgate(one, two, "--merge")).out, b + a + c);
    const merged = await certgate(one, two, "--merge", "--cap", "2", "--out", out);
    assert.equal(merged.code, 0, merged.err);
    assert.equal(await Deno.readTextFile(out), b + a);
    assert.equal(readTrust(await Deno.readFile(out)).problem, null);
    assert.equal((await certgate(out)).code, 0);
  });
});

Deno.test("bundle --merge writes no bundle that nobody could trust", async () => {
  await inHome(async (home) => {
    const [file, out] = ["expired.pem", "out.pem"].map((name) => join(home, name));
    await Deno.writeTextFile(file, await authority(-1));
    await Deno.writeTextFile(out, "as it was");
    const { code, err } = await certgate(file, "--merge", "--out", out);
    assert.equal(code, 3);
    assert.match(err, /nothing in them can be trusted now/);
    assert.equal(await Deno.readTextFile(out), "as it was");
    assert.equal((await certgate(join(home, "none.pem"))).code, 2);
    const nothing = await certgate(out);
    assert.equal(nothing.code, 1);
    assert.match(nothing.err, /no certificate in PEM/);
    assert.equal((await certgate(file, "--out", out)).code, 2);
  });
});
