import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "../../release/bundle.ts";
import { compareSums, makeRelease } from "../../release/release.ts";
import { TARGETS } from "../../release/targets.ts";
import { tempRoot } from "../fakes/pair_files.ts";
import { testProject } from "./_built.ts";

// Stands for a binary of 100 MB: what makes a release looks at its first bytes at most.
const standIn = new TextEncoder().encode("#!/bin/sh\necho certgate\n# \0GLIBC_2.4\0GLIBC_2.27\0\n");
const binaries = new Map(TARGETS.map((target) => [target, standIn]));

const project = await testProject();
const work = Deno.makeTempDirSync();
const dist = join(work, "dist");
const names = await makeRelease(
  { project, binaries, bundle: await bundle(project, join(work, "bundle")) },
  dist,
);
Deno.test.afterAll(() => Deno.removeSync(work, { recursive: true }));

const top = `certgate_${project.version}_linux_amd64`;
const debian = `certgate_${project.version}_amd64.deb`;
const has = (program: string) =>
  ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].some((folder) => existsSync(join(folder, program)));

async function run(program: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, cwd: dist, env: { TZ: "UTC" } })
    .output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("makeRelease() writes an archive and a package for each machine, and what stands beside them", async () => {
  const { version } = project;
  assert.deepEqual(names, [
    "THIRD-PARTY-LICENSES",
    `certgate_${version}.cdx.json`,
    `certgate_${version}_amd64.deb`,
    `certgate_${version}_arm64.deb`,
    `certgate_${version}_linux_amd64.tar.gz`,
    `certgate_${version}_linux_arm64.tar.gz`,
    "install.sh",
    "SHA256SUMS",
  ]);
  const script = await Deno.readTextFile(join(dist, "install.sh"));
  assert(script.includes(`\nVERSION="${version}"\n`) && !script.includes("@VERSION@"));
});

Deno.test("makeRelease() writes checksums of every other file, which sha256sum takes", async () => {
  const checked = await run("sha256sum", "--check", "--strict", "SHA256SUMS");
  assert.deepEqual(
    checked.trim().split("\n"),
    names.slice(0, -1).map((name) => `${name}: OK`),
  );
});

Deno.test("makeRelease() gives the same bytes a second time", async () => {
  const again = join(work, "again");
  const other = await bundle(project, join(work, "elsewhere/bundle"));
  await makeRelease({ project, binaries, bundle: other }, again);
  for (const name of names) {
    assert.deepEqual(await Deno.readFile(join(again, name)), await Deno.readFile(join(dist, name)), name);
  }
});

Deno.test("compareSums() names what came out different", () => {
  compareSums("1  a\n2  b\n", "1  a\n2  b\n");
  assert.throws(() => compareSums("1  a\n2  b\n", "1  a\n3  b\n"), /twice alike: b came out different$/);
});

Deno.test("makeRelease() puts everything that is installed into one folder of the archive, owned by root", async () => {
  const lines = (await run("tar", "--list", "--verbose", "--numeric-owner", "--file", `${top}.tar.gz`)).trim()
    .split("\n").map((line) => line.split(/\s+/));
  const files = lines.filter(([mode]) => !mode.startsWith("d"));
  const modes = new Map(files.map(([mode, , , , , path]) => [path.replace(`${top}/`, ""), mode]));
  for (const name of ["certgate", "install.sh"]) assert.equal(modes.get(name), "-rwxr-xr-x", name);
  for (
    const name of [
      "LICENSE",
      "THIRD-PARTY-LICENSES",
      "config.yaml",
      "systemd/certgate.service",
      "systemd/certgate.sysusers",
      "share/man/man1/certgate.1",
      "share/completions/certgate.bash",
      "share/completions/_certgate",
      "share/completions/certgate.fish",
      "share/certgate.rules.yaml",
      "share/config.schema.json",
    ]
  ) assert.equal(modes.get(name), "-rw-r--r--", name);
  assert(files.some(([, , , , , path]) => /\/systemd\/examples\/.*\.conf$/.test(path)));
  for (const [, owner, , day, time, path] of lines) {
    assert.deepEqual([owner, day, time], ["0/0", project.released, "00:00"]);
    assert(path.startsWith(`${top}/`));
  }
});

Deno.test("makeRelease() makes a package that dpkg-deb reads", { ignore: !has("dpkg-deb") }, async () => {
  const field = (name: string) => run("dpkg-deb", "--field", debian, name);
  assert.equal(await field("Version"), `${project.version}\n`);
  assert.equal(await field("Architecture"), "amd64\n");
  assert.match(await field("Depends"), /^libc6 \(>= 2\.27\), /);
  const content = await run("dpkg-deb", "--contents", debian);
  for (
    const path of [
      "usr/bin/certgate",
      "etc/certgate/config.yaml",
      "usr/lib/systemd/system/certgate.service",
      "usr/lib/sysusers.d/certgate.conf",
      "usr/share/man/man1/certgate.1",
      "usr/share/bash-completion/completions/certgate",
      "usr/share/doc/certgate/copyright",
    ]
  ) assert.match(content, new RegExp(`^-\\S+ root/root .* \\./${path.replaceAll(".", "\\.")}$`, "m"));
  assert(!content.includes("install.sh"), "the package manager installs");
  assert.equal(await run("dpkg-deb", "--info", debian, "conffiles"), "/etc/certgate/config.yaml\n");
});

// Scripts of the package are told of another root, as for building images; chown needs to be root.
const cannotInstall = !has("dpkg") || !has("systemd-sysusers") || Deno.uid() !== 0 ||
  Deno.build.arch !== "x86_64";
Deno.test(
  "makeRelease() makes a package that installs, upgrades and goes",
  { ignore: cannotInstall },
  async () => {
    using root = tempRoot();
    const place = (path: string) => join(root.path, path);
    await Deno.mkdir(place("var/lib/dpkg"), { recursive: true });
    await Deno.mkdir(place("etc"));
    for (const file of ["var/lib/dpkg/status", "etc/passwd", "etc/group"]) {
      await Deno.writeTextFile(
        place(file),
        "",
      );
    }
    const dpkg = (...args: string[]) =>
      run(
        "dpkg",
        `--root=${root.path}`,
        "--force-script-chrootless",
        "--force-depends",
        "--log=/dev/null",
        ...args,
      );
    await dpkg("--install", debian);
    const unit = await Deno.readTextFile(place("usr/lib/systemd/system/certgate.service"));
    assert.match(unit, /^ExecStart=\/usr\/bin\/certgate run$/m);
    const mode = async (path: string) => ((await Deno.stat(place(path))).mode! & 0o777).toString(8);
    assert.equal(await mode("etc/certgate/config.yaml"), "640");
    assert.equal(await mode("etc/certgate/resources"), "750");
    assert.equal(await mode("var/lib/certgate/gate"), "700");
    assert.match(await Deno.readTextFile(place("etc/group")), /^certgate-keys:x:\d+:certgate$/m);
    await Deno.writeTextFile(place("etc/certgate/config.yaml"), "# mine\n");
    await Deno.writeTextFile(place("var/lib/certgate/status.json"), "{}");
    await dpkg("--install", debian);
    assert.equal(await Deno.readTextFile(place("etc/certgate/config.yaml")), "# mine\n");
    assert.equal(await mode("etc/certgate/config.yaml"), "640");
    await dpkg("--remove", "certgate");
    assert(!existsSync(place("usr/bin/certgate")) && existsSync(place("var/lib/certgate/status.json")));
    await dpkg("--purge", "certgate");
    assert(!existsSync(place("etc/certgate")) && !existsSync(place("var/lib/certgate")));
  },
);

interface Materials {
  readonly serialNumber: string;
  readonly metadata: { readonly component: { readonly "bom-ref": string } };
  readonly components: readonly {
    readonly "bom-ref": string;
    readonly name: string;
    readonly version: string;
    readonly licenses: readonly unknown[];
    readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

Deno.test("makeRelease() lists what is in the binary, all of it, and nothing that only makes it", async () => {
  const text = await Deno.readTextFile(join(dist, `certgate_${project.version}.cdx.json`));
  const document = JSON.parse(text) as Materials & Record<string, unknown>;
  assert.equal(document.bomFormat, "CycloneDX");
  assert.equal(document.specVersion, "1.6");
  assert.match(
    document.serialNumber,
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const components = new Map(document.components.map((each) => [each["bom-ref"], each]));
  assert.equal(components.size, document.components.length, "every reference stands for one component");
  for (const name of ["deno", "v8", "grpc-js", "zod", "x509"]) {
    assert(document.components.some((each) => each.name === name), name);
  }
  for (const name of ["esbuild", "buf", "fast-check", "typescript", "yargs"]) {
    assert(!document.components.some((each) => each.name === name), name);
  }
  for (const [ref, { version, licenses, hashes }] of components) {
    assert(version !== "" && licenses.length === 1, ref);
    if (ref.startsWith("pkg:npm/")) assert.match(hashes![0].content, /^[0-9a-f]{128}$/);
  }
  const known = new Set([...components.keys(), document.metadata.component["bom-ref"]]);
  for (const { ref, dependsOn } of document.dependencies) {
    for (const each of [ref, ...dependsOn]) assert(known.has(each), each);
  }
  const reached = new Set([document.metadata.component["bom-ref"]]);
  for (const ref of reached) {
    document.dependencies.find((each) => each.ref === ref)?.dependsOn.forEach((each) => reached.add(each));
  }
  assert.deepEqual([...known].filter((ref) => !reached.has(ref)), []);
});

Deno.test("makeRelease() gives the licence of everything that is in the binary", async () => {
  const text = await Deno.readTextFile(join(dist, "THIRD-PARTY-LICENSES"));
  const headings = [...text.matchAll(/^={80}\n(.*) \((.*)\)/gm)].map(([, name]) => name);
  for (const name of ["Deno", "@grpc/grpc-js", "@bufbuild/protobuf", "minimatch", "zod"]) {
    assert(headings.some((heading) => heading.startsWith(`${name} `)), name);
  }
  for (const part of text.split(/^={80}\n.*\n={80}\n/m).slice(1)) {
    assert(part.trim().length > 150, part);
  }
});
