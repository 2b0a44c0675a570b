import assert from "node:assert/strict";
import { join } from "node:path";
import { Host, SHELLS } from "./_host.ts";
import { ARCH, INSTALL, makeRelease, writeSums } from "./_release.ts";
import { releasesFor } from "./_releases.ts";

const { folder, url } = await releasesFor({ "0.1.0": {}, "0.2.0": {} });
const ARGS = ["--version", "0.1.0", "--base-url", url];

interface Refusal {
  readonly what: string;
  readonly error: RegExp;
  readonly args?: readonly string[];
  /** Makes the host one that is refused. */
  readonly prepare?: (host: Host) => Promise<void>;
  readonly code?: number;
}

const getconf = (libc: string | null, bits = 64) => (host: Host) =>
  host.program(
    "getconf",
    `case $1 in LONG_BIT) echo ${bits};; *) ${libc === null ? "exit 1" : `echo ${libc}`};; esac`,
  );

const REFUSALS: readonly Refusal[] = [
  {
    what: "an unknown architecture",
    prepare: (host) => host.program("uname", "case $1 in -s) echo Linux;; *) echo riscv64;; esac"),
    error: /^error: Cannot install on the architecture "riscv64"/,
  },
  {
    what: "another kernel",
    prepare: (host) => host.program("uname", "echo Darwin"),
    error: /^error: Cannot install on Darwin/,
  },
  {
    what: "32-bit programs on a 64-bit kernel",
    prepare: getconf("glibc 2.36", 32),
    error: /32-bit/,
  },
  {
    what: "musl",
    prepare: async (host) => {
      await getconf(null)(host);
      await host.program("ldd", "printf 'musl libc (x86_64)\\nVersion 1.2.5\\n' >&2; exit 1");
    },
    error: /^error: Cannot install here: the C library is musl/,
  },
  {
    what: "an old glibc",
    prepare: getconf("glibc 2.26"),
    error: /glibc is 2\.26, and the binary needs 2\.27/,
  },
  {
    what: "an old glibc that only ldd tells",
    prepare: async (host) => {
      await host.program("getconf", null);
      await host.program("ldd", "echo 'ldd (Ubuntu GLIBC 2.9-0ubuntu11) 2.9'");
    },
    error: /glibc is 2\.9, and the binary needs/,
  },
  {
    what: "a C library that nobody knows",
    prepare: async (host) => {
      await host.program("getconf", null);
      await host.program("ldd", null);
    },
    error: /the C library is not known/,
  },
  {
    what: "a host without a checksum program",
    prepare: (host) => host.program("sha256sum", null),
    error: /^error: Cannot check the download: sha256sum, shasum and openssl are all missing/,
  },
  {
    what: "a checksum program that does not work",
    prepare: (host) => host.program("sha256sum", "exit 1"),
    error: /sha256sum does not work/,
  },
  {
    what: "a host without tar",
    prepare: (host) => host.program("tar", null),
    error: /the program tar is missing/,
  },
  {
    what: "a host with the package",
    prepare: (host) => host.write("usr/lib/systemd/system/certgate.service", ""),
    error: /is here already as a package/,
  },
  {
    what: "a version that is not there",
    args: ["--version", "9.9.9", "--base-url", url],
    error: /^error: Cannot read /,
  },
  {
    what: "a version with a path in it",
    args: ["--version", "../0.1.0"],
    error: /^error: Cannot use the version/,
    code: 2,
  },
  {
    what: "a base URL without TLS",
    args: ["--version", "0.1.0", "--base-url", "http://example.com"],
    error: /neither https:\/\/ nor file/,
    code: 2,
  },
  {
    what: "a base URL that only looks like the loopback",
    args: ["--version", "0.1.0", "--base-url", "http://127.0.0.1:80@example.com"],
    error: /characters that it should not have/,
    code: 2,
  },
  {
    what: "an unknown option",
    args: ["--versoin", "0.1.0"],
    error: /^error: Unknown option "--versoin"/,
    code: 2,
  },
  { what: "an option without its value", args: ["--version"], error: /needs a value/, code: 2 },
  {
    what: "no version where none is baked in",
    args: ["--base-url", url],
    error: /not from a release/,
    code: 2,
  },
  { what: "a file that is not there", args: ["--file", "/no/such.tar.gz"], error: /there is no such file/ },
  {
    what: "a version that the file is not",
    args: ["--file", `${folder}/v0.2.0/certgate_0.2.0_linux_${ARCH}.tar.gz`, "--version", "0.1.0"],
    error: /it holds version 0\.2\.0, and 0\.1\.0 is wanted/,
  },
];

for (const [index, { what, error, args = ARGS, prepare, code = 1 }] of REFUSALS.entries()) {
  // Each with one of the shells in turn: what is said is the same.
  const shell = SHELLS[index % SHELLS.length];
  Deno.test(`install.sh refuses ${what}, and changes nothing (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await prepare?.(host);
    await assertRefused(host, args, error, code);
  });
}

async function assertRefused(host: Host, args: readonly string[], error: RegExp, code = 1): Promise<void> {
  const before = await host.state();
  const ended = await host.run(args);
  assert.match(ended.stderr, error);
  assert.match(ended.stderr, /^error: .+\nhint: .+\n$/, "a line what failed and a line what to do");
  assert.deepEqual([ended.code, ended.calls], [code, []]);
  assert.deepEqual(await host.state(), before);
}

for (const shell of SHELLS) {
  Deno.test(`install.sh writes nothing if the checksum is wrong (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const archive = await makeRelease(join(host.folder, "releases"), "0.1.0");
    const from = ["--version", "0.1.0", "--base-url", `file://${join(host.folder, "releases")}`];
    await writeSums(archive, "1".repeat(64));
    await assertRefused(host, from, /its checksum is [0-9a-f]{64} and has to be 1{64}/);
    await writeSums(archive, "abc");
    await assertRefused(host, from, /is not one checksum/);
    await Deno.writeTextFile(join(archive, "../SHA256SUMS"), `${"0".repeat(64)}  another.tar.gz\n`);
    await assertRefused(host, from, /SHA256SUMS does not name it/);
    await Deno.remove(join(archive, "../SHA256SUMS"));
    await assertRefused(host, from, /Cannot read file:.*SHA256SUMS/);
    await assertRefused(host, ["--file", archive], /there is no SHA256SUMS beside it/);
    await assertRefused(host, ["--file", archive, "--sha256", "1".repeat(64)], /its checksum is/);
    await assertRefused(host, ["--file", archive, "--sha256", "12"], /64 hexadecimal digits/, 2);
  });

  Deno.test(`install.sh refuses an archive that is none of certgate for this machine (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const folder = join(host.folder, "releases");
    const other = await makeRelease(folder, "0.1.0", { arch: ARCH === "amd64" ? "arm64" : "amd64" });
    await assertRefused(host, ["--file", other], /it is for (arm64|amd64), and this machine is/);
    const broken = await makeRelease(folder, "0.1.0", {
      program: "#!/bin/sh\necho cannot run >&2\nexit 126\n",
    });
    await assertRefused(host, ["--file", broken], /Cannot run the new program on this machine: cannot run/);
    const lying = await makeRelease(folder, "0.1.0", { program: "#!/bin/sh\necho certgate 0.1.01\n" });
    await assertRefused(host, ["--file", lying], /the program in it says "certgate 0\.1\.01"/);
    const none = join(folder, "v0.1.0", `certgate_0.1.0_linux_${ARCH}.tar.gz`);
    await Deno.writeTextFile(none, "not a tar\n");
    await writeSums(none);
    await assertRefused(host, ["--file", none], /^error: Cannot unpack/);
  });

  Deno.test(`install.sh does nothing if it was cut off (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    const script = await Deno.readTextFile(INSTALL);
    const before = await host.state();
    const size = script.trimEnd().length;
    // Anywhere, and at each of the last characters: those of the only command.
    const cuts = [
      ...Array.from({ length: 30 }, (_, index) => Math.floor(size * index / 30)),
      ...Array.from({ length: 40 }, (_, index) => size - 1 - index),
    ];
    for (const cut of cuts) {
      const { calls, stdout } = await host.run(ARGS, { script: script.slice(0, cut) });
      assert.deepEqual(
        [calls, stdout],
        [[], ""],
        `cut off after ${cut} characters: …${script.slice(cut - 20, cut)}`,
      );
      assert.deepEqual(await host.state(), before);
    }
    const whole = await host.run(ARGS, { script: script.slice(0, size) });
    assert.equal(whole.code, 0, "the whole script works in the same way");
  });
}
