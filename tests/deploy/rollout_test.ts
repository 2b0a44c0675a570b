import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "../../lib/agent.ts";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { renderData } from "../../lib/cli/render_data.ts";
import type { ListenerStatus } from "../../lib/model/mod.ts";
import { configSchema } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { toolPath } from "../setup/tools.ts";
import { DEPLOY } from "./generate.ts";

const SCRIPT = `${DEPLOY}rollout.sh`;

// A host is a directory; what runs on it runs there, with its own certgate on the PATH.
const PROGRAMS: Readonly<Record<string, string>> = {
  ssh:
    `shift 2; host=$1; shift; echo "$host: $*" >> "$LOG"; cd "$FAKE_HOSTS/$host" || exit 255; exec sh -c "$*"`,
  sudo: `exec "$@"`,
  certgate: `version=$(cat version)
case $1 in
status) printf '{\\n  "version": "%s",\\n  "ready": true,\\n  "gate": %s\\n' "$version" "$(cat gate)"; cat "withheld-$version" 2>/dev/null; exit 1 ;;
wait) [ ! -e "stuck-$version" ] ;;
esac`,
};
const INSTALLER = `#!/bin/sh
name=\${2##*/}; name=\${name#certgate_}; echo "\${name%%_*}" > version\n`;

function fleet(count: number) {
  const dir = mkdtempSync(join(tmpdir(), "certgate-fleet-"));
  const hosts = Array.from({ length: count }, (_, index) => `edge-${index + 1}`);
  const write = (path: string, text: string) => writeFileSync(join(dir, path), text);
  mkdirSync(join(dir, "bin"));
  for (const [name, body] of Object.entries(PROGRAMS)) {
    write(`bin/${name}`, `#!/bin/sh\n${body}\n`);
    chmodSync(join(dir, "bin", name), 0o755);
  }
  for (const host of hosts) {
    mkdirSync(join(dir, host));
    write(`${host}/version`, "0.1.0\n");
    write(`${host}/gate`, "{}");
  }
  write("install.sh", INSTALLER);
  write("log", "");
  const archive = (version: string) => {
    const path = join(dir, `certgate_${version}_linux_amd64.tar.gz`);
    writeFileSync(path, version);
    return { path, sum: createHash("sha256").update(version).digest("hex") };
  };
  const [wanted, previous] = [archive("0.2.0"), archive("0.1.0")];
  const run = async (sum = wanted.sum) => {
    const { code, stdout, stderr } = await new Deno.Command("sh", {
      args: [
        ...[SCRIPT, "--archive", wanted.path, "--sha256", sum, "--previous", previous.path],
        ...["--previous-sha256", previous.sum, "--installer", join(dir, "install.sh"), "--pause", "0"],
        ...hosts,
      ],
      env: { PATH: `${join(dir, "bin")}:${Deno.env.get("PATH")}`, FAKE_HOSTS: dir, LOG: join(dir, "log") },
      stdin: "null",
    }).output();
    return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
  };
  const read = (path: string) => readFileSync(join(dir, path), "utf8");
  const versions = () => hosts.map((host) => read(`${host}/version`).trim());
  return { write, read, run, versions, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

const WITHHELD = '    "delivery": "withheld",\n';

Deno.test("rollout.sh brings one host, then a tenth, then all to the version", async () => {
  using hosts = fleet(21);
  // What was dark before may stay dark.
  hosts.write("edge-2/withheld-0.1.0", WITHHELD);
  hosts.write("edge-2/withheld-0.2.0", WITHHELD);
  const { code, stdout, stderr } = await hosts.run();
  assert.equal(code, 0, stderr);
  assert.deepEqual(new Set(hosts.versions()), new Set(["0.2.0"]));
  assert.deepEqual(stdout.match(/stage done: \d+ of \d+/g), ["stage done: 1 of 21", "stage done: 3 of 21"]);
  assert.match(stdout, /all 21 hosts have 0\.2\.0\n$/);
});

Deno.test("rollout.sh stops at a host that does not converge, and takes it back", async () => {
  using hosts = fleet(4);
  hosts.write("edge-2/stuck-0.2.0", "");
  const { code, stderr } = await hosts.run();
  assert.equal(code, 1);
  assert.deepEqual(hosts.versions(), ["0.2.0", "0.1.0", "0.1.0", "0.1.0"]);
  assert.match(stderr, /Cannot go on after "edge-2"\nhint: done so far: edge-1;/);
});

Deno.test("rollout.sh stops at a host where more hostnames are withheld than before", async () => {
  using hosts = fleet(2);
  hosts.write("edge-1/withheld-0.2.0", WITHHELD);
  const { code, stderr } = await hosts.run();
  assert.equal(code, 1);
  assert.deepEqual(hosts.versions(), ["0.1.0", "0.1.0"]);
  assert.match(stderr, /done so far: none;/);
});

Deno.test("rollout.sh does not wait for a host to converge where the gate is off", async () => {
  using hosts = fleet(1);
  hosts.write("edge-1/gate", "null");
  hosts.write("edge-1/stuck-0.2.0", "");
  assert.equal((await hosts.run()).code, 0);
  assert(!hosts.read("log").includes("wait --for"));
});

Deno.test("rollout.sh touches no host where the checksum is not the pinned one", async () => {
  using hosts = fleet(1);
  const { code, stderr } = await hosts.run("0".repeat(64));
  assert.equal(code, 2);
  assert.match(stderr, /its checksum is not the pinned one/);
  assert.equal(hosts.read("log"), "");
});

Deno.test("rollout.sh reads what certgate status really prints", async () => {
  const dir = mkdtempSync(join(tmpdir(), "certgate-status-"));
  const config = configSchema.parse({
    http: { listen: "127.0.0.1:0" },
    hook: { listen: `unix://${dir}/hook.sock` },
    stateDir: join(dir, "state"),
    envoy: { path: "none", admin: "none" },
  });
  const agent = await startAgent(config, { version: "0.2.0", log: new FakeLog(), clock: Date.now });
  assert(agent.kind === "agent");
  try {
    const terminal = new FakeTerminal();
    await runCommandLine(["status", "-o", "json", "--url", agent.http], terminal);
    const script = readFileSync(SCRIPT, "utf8");
    for (const line of ['  "version": "0.2.0"', '  "ready": true', '  "gate": null']) {
      assert(terminal.stdout.split("\n").some((one) => one.startsWith(line)), terminal.stdout);
      assert(script.replaceAll("\\", "").includes(line.replace("0.2.0", "$2")), line);
    }
  } finally {
    await agent.stop();
    rmSync(dir, { recursive: true });
  }
  const row = renderData({ delivery: "withheld" satisfies ListenerStatus["delivery"] }, "json");
  assert(row.includes(WITHHELD.trim().replace(",", "")), row);
});

Deno.test("rollout.sh has none of the mistakes that shellcheck knows", {
  ignore: toolPath("shellcheck") === null,
}, async () => {
  const { success, stdout } = await new Deno.Command(toolPath("shellcheck")!, { args: [SCRIPT] }).output();
  assert(success, new TextDecoder().decode(stdout));
});
