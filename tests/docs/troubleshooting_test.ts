import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { trustedTime } from "../../lib/health/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { findFiles } from "../runner/find_files.ts";
import { DocsHost } from "./_host.ts";
import { ROOT } from "./_pages.ts";
import { runWith } from "./_programs.ts";

const page = readFileSync(join(ROOT, "docs/troubleshooting.md"), "utf8");

/** What a command says, with the paths and the address that the page has. */
async function said(host: DocsHost, args: readonly string[]): Promise<{ code: number; text: string }> {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, text: terminal.stderr.replaceAll(host.root, "").replaceAll(host.address, "127.0.0.1:9794") };
}

Deno.test("docs/troubleshooting.md has the words of a start that fails, with its exit code", async () => {
  await using host = await DocsHost.open();
  const wrong = join(host.root, "etc/certgate/config.yaml");
  const free = ["--set", `stateDir=${host.root}/other`];
  const socket = ["--set", `hook.listen=unix://${host.root}/run/other.sock`];
  const expected = [
    [4, ["run", "-c", wrong]],
    [4, ["run", "-c", wrong, ...free]],
    [3, ["run", "-c", wrong, ...free, ...socket]],
    [1, ["explain", "shop.example.com", "-c", wrong]],
  ] as const;
  for (const [code, args] of expected) {
    const ended = await said(host, args);
    assert.equal(ended.code, code, ended.text);
    assert(page.includes(ended.text), ended.text);
  }
  Deno.writeTextFileSync(wrong, "hook:\n  listn: unix:///a\n");
  const ended = await said(host, ["run", "-c", wrong]);
  assert.equal(ended.code, 2);
  assert(page.includes(ended.text), ended.text);
});

Deno.test("docs/troubleshooting.md has the words about an agent that does not run", async () => {
  const terminal = new FakeTerminal();
  const away = ["--set", "http.listen=127.0.0.1:1", "--set", "stateDir=/nowhere"];
  assert.equal(await runCommandLine(["status", ...away], terminal), 3);
  assert(page.includes(terminal.stderr.replace("127.0.0.1:1", "127.0.0.1:9794")), terminal.stderr);
});

Deno.test("docs/troubleshooting.md has the words about a binary that may not write or run", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const config = join(folder, "config.yaml");
    const text = "gate: { resources: /etc/certgate/resources, output: /srv/gate }\n" +
      "envoy: { path: /opt/envoy-1.40/envoy }\n";
    await Deno.writeTextFile(config, text);
    const writable = "--allow-write=/var/lib/certgate,/run/certgate";
    const { code, stderr } = await runWith(Deno.execPath(), [
      ...["run", "--no-prompt", "--allow-read", "--allow-env", "--allow-net", "--allow-sys", writable],
      ...[join(ROOT, "main.ts"), "config", "check", config],
    ], { env: { NO_COLOR: "1" } });
    assert.equal(code, 2);
    for (const line of stderr.replaceAll(config, "/etc/certgate/config.yaml").trim().split("\n")) {
      const words = line.replace(/^error: .*?: (?=Cannot)/, "");
      // One hint of two is enough on the page.
      if (!line.startsWith("hint: this binary may run")) assert(page.includes(words), line);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("docs/troubleshooting.md has the words about the clock, and what the log and the status say", () => {
  const bounds = { released: Date.UTC(2026, 0, 1), lastSeen: null, runningFor: 0 };
  const { doubt } = trustedTime(Date.UTC(2020, 0, 1), bounds);
  assert(doubt !== "" && page.includes(doubt), doubt);
  const code = findFiles(ROOT, (path) => /^lib\/.*\.ts$/.test(path) && !path.endsWith("_test.ts"))
    .map((path) => readFileSync(join(ROOT, path), "utf8")).join("\n");
  for (
    const sentence of [
      "the output directory is made: an envoy gateway that runs already has to be started again",
      "Envoy Gateway has not asked the hook about this Gateway yet.",
      "waiting for Envoy Gateway",
      "the key belongs to another certificate",
    ]
  ) assert(page.includes(sentence) && code.includes(sentence), sentence);
});
