import assert from "node:assert/strict";
import { join } from "node:path";
import { describeProgram, runCommandLine } from "../../lib/cli/mod.ts";
import { renderCompletion } from "../../lib/cli/render_completion.ts";
import { type Shell, SHELLS } from "../../lib/cli/shells.ts";
import { FakeAgent } from "../fakes/fake_agent.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { sampleStatus } from "../fakes/gate_status.ts";
import { onPath, runWith } from "./_programs.ts";

/** What is typed, in words, and everything that must be offered. */
const CASES: readonly { readonly typed: string[]; readonly offered: string[] }[] = [
  { typed: ["sta"], offered: ["status"] },
  { typed: ["config", ""], offered: ["check", "show", "schema"] },
  { typed: ["status", "--wat"], offered: ["--watch"] },
  { typed: ["status", "--output", ""], offered: ["table", "json", "yaml"] },
  { typed: ["status", "-o", "j"], offered: ["json"] },
  { typed: ["explain", "w"], offered: ["www.example.com"] },
  { typed: ["explain", "-o", "json", "o"], offered: ["old.example.com"] },
  { typed: ["wait", "--for", "con"], offered: ["converged"] },
  { typed: ["runbook", "CertgateNotC"], offered: ["CertgateNotConverged"] },
  { typed: ["run", "--set", "log"], offered: ["log.level="] },
  { typed: ["check", "tls"], offered: ["tls.crt", "tls.key"] },
  { typed: ["check", "tls.crt", "tls.k"], offered: ["tls.key"] },
  { typed: ["check", "--envoy", "no"], offered: ["none"] },
  { typed: ["rules", "--compat", ""], offered: ["none", "nso"] },
  { typed: ["completion", ""], offered: [...SHELLS, "hosts"] },
];

/** A folder with the script of a shell, two files, and a certgate that knows two hosts and nothing else. */
async function playground(shell: Shell): Promise<{ readonly path: string } & AsyncDisposable> {
  const path = await Deno.makeTempDir();
  await Deno.writeTextFile(join(path, "script"), renderCompletion(shell, describeProgram()));
  for (const name of ["tls.crt", "tls.key"]) await Deno.writeTextFile(join(path, name), "");
  const fake = '#!/bin/sh\n[ "$*" = "completion hosts" ] && printf "old.example.com\\nwww.example.com\\n"\n';
  await Deno.mkdir(join(path, "bin"));
  await Deno.writeTextFile(join(path, "bin/certgate"), fake, { mode: 0o755 });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Asks a shell in one go; `ask` writes the command for a case, the answers are separated by a line of dashes. */
async function offers(shell: Shell, start: string, ask: (typed: string[]) => string): Promise<string[][]> {
  await using folder = await playground(shell);
  const lines = CASES.map(({ typed }) => `${ask(typed)}; echo ---`);
  const { stdout, stderr } = await runWith(shell, ["-c", [start, ...lines].join("\n")], {
    cwd: folder.path,
    env: { PATH: `${join(folder.path, "bin")}:${Deno.env.get("PATH")}`, HOME: folder.path },
  });
  assert.equal(stderr, "");
  return stdout.split("---\n").slice(0, -1).map((text) => text.split("\n").filter((line) => line !== ""));
}

function assertOffered(all: string[][]): void {
  assert.equal(all.length, CASES.length);
  CASES.forEach(({ typed, offered }, index) => {
    assert.deepEqual([...all[index]].sort(), [...offered].sort(), typed.join(" "));
  });
}

const quote = (text: string) => `'${text}'`;
const BASH = `. ./script
typed() { COMP_WORDS=(certgate "$@"); COMP_CWORD=$#; COMPREPLY=(); _certgate; printf '%s\\n' "\${COMPREPLY[@]}"; }`;

Deno.test("completion bash offers commands, options, values, files, hosts and alerts", {
  ignore: onPath("bash") === null,
}, async () => {
  assertOffered(await offers("bash", BASH, (typed) => `typed ${typed.map(quote).join(" ")}`));
});

Deno.test("completion bash offers what comes after =, where bash takes a word apart", {
  ignore: onPath("bash") === null,
}, async () => {
  await using folder = await playground("bash");
  const asked = ["status --output = y", "wait --for programmed = w", "wait --for withheld ="];
  const script = [BASH, ...asked.map((words) => `typed ${words}`), "complete -p certgate"].join("\n");
  const { stdout, stderr } = await runWith("bash", ["-c", script], {
    cwd: folder.path,
    env: { PATH: `${join(folder.path, "bin")}:${Deno.env.get("PATH")}` },
  });
  assert.equal(stderr, "");
  assert.deepEqual(stdout.trim().split("\n"), [
    "yaml",
    "www.example.com",
    "old.example.com",
    "www.example.com",
    "complete -F _certgate certgate",
  ]);
});

Deno.test("completion fish offers commands, options, values, files, hosts and alerts", {
  ignore: onPath("fish") === null,
}, async () => {
  const ask = (typed: string[]) =>
    `complete -C ${quote(["certgate", ...typed].join(" "))} | string split -f1 \\t`;
  assertOffered(await offers("fish", "source ./script", ask));
});

Deno.test("completion zsh is a script that zsh can read", { ignore: onPath("zsh") === null }, async () => {
  await using folder = await playground("zsh");
  const { code, stderr } = await runWith("zsh", ["-n", "script"], { cwd: folder.path });
  assert.deepEqual([code, stderr], [0, ""]);
});

Deno.test("completion prints the same script that a release packs, and answers 2 for another shell", async () => {
  for (const shell of SHELLS) {
    const terminal = new FakeTerminal();
    assert.equal(await runCommandLine(["completion", shell], terminal), 0);
    assert.equal(terminal.stdout, renderCompletion(shell, describeProgram()));
  }
  assert.equal(await runCommandLine(["completion", "csh"], new FakeTerminal()), 2);
});

Deno.test("completion hosts prints names that a shell can do nothing but complete, and nothing without an agent", async () => {
  const hosts = ["b.example.com", "*.example.com", "a.example.com", "a.example.com", "$(reboot).example.com"];
  const agent = new FakeAgent(sampleStatus(hosts.map((hostname) => ({ hostname }))));
  const set = `http.listen=127.0.0.1:${agent.port}`;
  const args = ["completion", "hosts", "--set", set, "--set", "stateDir=/nowhere"];
  const terminal = new FakeTerminal();
  assert.equal(await runCommandLine(args, terminal), 0);
  assert.equal(terminal.stdout, "*.example.com\na.example.com\nb.example.com\n");
  await agent[Symbol.asyncDispose]();
  const alone = new FakeTerminal();
  assert.equal(await runCommandLine(args, alone), 0);
  assert.deepEqual([alone.stdout, alone.stderr], ["", ""]);
});
