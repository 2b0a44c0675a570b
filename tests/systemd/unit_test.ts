import assert from "node:assert/strict";
import { join } from "node:path";
import { toolPath } from "../setup/tools.ts";
import { readUnit, valueOf, wordsOf } from "./_unit.ts";

const FOLDER = new URL("../../systemd/", import.meta.url).pathname;
const UNIT = "certgate.service";
const read = (name: string) => Deno.readTextFileSync(join(FOLDER, name));
const EXAMPLES = [...Deno.readDirSync(join(FOLDER, "examples"))].map(({ name }) => name).sort();
/** The unit that an example belongs beside; most are about certgate's own. */
const OF: Readonly<Record<string, string>> = { "envoy-gateway.conf": "envoy-gateway.service" };
/** Units of others that ours speak of, as far as that matters here. */
const OTHERS = { "envoy-gateway.service": "[Service]\nExecStart=/usr/local/bin/envoy-gateway server\n" };

/** A root with the unit, some of the drop-ins, and the programs and targets that they name. */
async function makeRoot(dropIns: readonly string[]): Promise<string> {
  const root = await Deno.makeTempDir();
  const put = async (path: string, text: string, mode = 0o644) => {
    await Deno.mkdir(join(root, path, ".."), { recursive: true });
    await Deno.writeTextFile(join(root, path), text, { mode });
  };
  for (const program of ["/usr/local/bin/certgate", "/usr/local/bin/envoy-gateway", "/bin/kill"]) {
    await put(program, "#!/bin/sh\n", 0o755);
  }
  for (const target of ["basic", "shutdown", "sysinit", "multi-user", "network-online"]) {
    await put(`etc/systemd/system/${target}.target`, "[Unit]\nDescription=of the test\n");
  }
  await put(`etc/systemd/system/${UNIT}`, read(UNIT));
  for (const [name, text] of Object.entries(OTHERS)) await put(`etc/systemd/system/${name}`, text);
  for (const name of dropIns) {
    await put(`etc/systemd/system/${OF[name] ?? UNIT}.d/${name}`, read(`examples/${name}`));
  }
  return root;
}

async function analyze(root: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command("systemd-analyze", {
    args: [`--root=${root}`, "--no-pager", ...args],
    env: { NO_COLOR: "1", SYSTEMD_COLORS: "0" },
  }).output();
  const text = new TextDecoder();
  return { code, out: text.decode(stdout), err: text.decode(stderr) };
}

const missing = toolPath("systemd-analyze") === null;

for (const dropIns of [[], ...EXAMPLES.map((name) => [name])]) {
  Deno.test({
    name: `systemd-analyze verify says nothing about the unit ${dropIns.map((name) => `with ${name}`).join()}`
      .trim(),
    ignore: missing,
    async fn() {
      const root = await makeRoot(dropIns);
      const units = [UNIT, ...dropIns.flatMap((name) => OF[name] ?? [])];
      // It exits with 0 whatever it has complained about.
      const { code, out, err } = await analyze(root, "--man=no", "verify", ...units);
      assert.deepEqual({ code, out, err }, { code: 0, out: "", err: "" });
      await Deno.remove(root, { recursive: true });
    },
  });
}

Deno.test({
  name: "systemd-analyze verify says something about a key that nobody knows",
  ignore: missing,
  async fn() {
    const root = await makeRoot([]);
    const path = join(root, "etc/systemd/system", UNIT);
    await Deno.writeTextFile(path, read(UNIT).replace("PrivateTmp=", "PrivateTemp="));
    assert.match((await analyze(root, "--man=no", "verify", UNIT)).err, /PrivateTemp/);
    await Deno.remove(root, { recursive: true });
  },
});

Deno.test({
  name:
    "systemd-analyze security gives the unit an exposure of at most 1.5, and docs/hardening.md the same figure",
  ignore: missing,
  async fn() {
    const root = await makeRoot([]);
    const { code, out } = await analyze(root, "security", "--offline=true", "--threshold=15", UNIT);
    const figure = /Overall exposure level for certgate\.service: (\d\.\d)/.exec(out)?.[1];
    assert.equal(code, 0, out);
    assert(Number(figure) <= 1.5, out);
    const page = Deno.readTextFileSync(new URL("../../docs/hardening.md", import.meta.url));
    assert(page.includes(`**${figure}**`), `docs/hardening.md does not say ${figure}`);
    for (const [, name] of out.matchAll(/^✗ ([A-Z]\w+)=/gm)) {
      assert(page.includes(`\`${name}=`), `docs/hardening.md does not say why ${name}= is open`);
    }
    await Deno.remove(root, { recursive: true });
  },
});

Deno.test({
  name: "systemd-sysusers makes the user and the groups of the unit",
  ignore: toolPath("systemd-sysusers") === null,
  async fn() {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(join(root, "etc"));
    const { success, stderr } = await new Deno.Command("systemd-sysusers", {
      args: [`--root=${root}`, join(FOLDER, "certgate.sysusers")],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    const lines = (file: string) => Deno.readTextFileSync(join(root, "etc", file)).trim().split("\n");
    const unit = readUnit(read(UNIT));
    const user = lines("passwd").map((line) => line.split(":")).find(([name]) =>
      name === valueOf(unit, "User")
    );
    assert.deepEqual(user?.slice(4), ["certgate", "/var/lib/certgate", "/usr/sbin/nologin"]);
    const groups = lines("group").map((line) => line.split(":"));
    for (const group of [valueOf(unit, "Group"), ...wordsOf(unit, "SupplementaryGroups")]) {
      assert(groups.some(([name]) => name === group), `no group ${group}`);
    }
    assert.deepEqual(groups.find(([name]) => name === "certgate-keys")?.[3], "certgate");
    await Deno.remove(root, { recursive: true });
  },
});

Deno.test("certgate.service names its program once, so that a package can put it elsewhere", () => {
  assert.equal(read(UNIT).split("/usr/local/bin/certgate").length, 2);
});

Deno.test("examples say where they go, and change nothing but what they say", () => {
  for (const name of EXAMPLES) {
    const path = `/etc/systemd/system/${OF[name] ?? UNIT}.d/${name}`;
    assert(read(`examples/${name}`).includes(path), `${name} does not name ${path}`);
    assert(readUnit(read(`examples/${name}`)).size > 0, name);
  }
});
