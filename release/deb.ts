import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzip } from "./gzip.ts";
import { neededGlibc } from "./needed_glibc.ts";
import { type Project, ROOT } from "./project.ts";
import { type Entry, tar } from "./tar.ts";
import type { Target } from "./targets.ts";

const SCRIPTS = ["postinst", "postrm", "prerm"];
const CONFFILES = ["etc/certgate/config.yaml"];
const DOC = "usr/share/doc/certgate";

/** Where the package puts what an archive has; `null` where only an archive needs it. */
const PLACES: readonly (readonly [RegExp, string | null])[] = [
  [/^certgate$/, "usr/bin/certgate"],
  [/^config\.yaml$/, "etc/certgate/config.yaml"],
  [/^LICENSE$/, `${DOC}/copyright`],
  [/^THIRD-PARTY-LICENSES$/, `${DOC}/THIRD-PARTY-LICENSES`],
  [/^install\.sh$/, null],
  [/^systemd\/certgate\.service$/, "usr/lib/systemd/system/certgate.service"],
  [/^systemd\/certgate\.sysusers$/, "usr/lib/sysusers.d/certgate.conf"],
  [/^systemd\/examples\/(.+)$/, `${DOC}/examples/$1`],
  [/^share\/man\/man1\/certgate\.1$/, "usr/share/man/man1/certgate.1"],
  [/^share\/completions\/certgate\.bash$/, "usr/share/bash-completion/completions/certgate"],
  [/^share\/completions\/_certgate$/, "usr/share/zsh/vendor-completions/_certgate"],
  [/^share\/completions\/certgate\.fish$/, "usr/share/fish/vendor_completions.d/certgate.fish"],
  [/^share\/(certgate\.rules\.yaml|config\.schema\.json)$/, `${DOC}/$1`],
];

/**
 * Makes a Debian package. Its format is an `ar` archive of two tar archives (deb(5)), so it is the same on every host
 * and needs no program of Debian.
 *
 * @param project What is packaged.
 * @param target The machine that the binary among the entries is for.
 * @param entries What an archive holds, the binary included.
 * @throws {RangeError} for an entry that has no place in a package.
 */
export async function deb(project: Project, target: Target, entries: readonly Entry[]): Promise<Uint8Array> {
  const { epoch } = project;
  const data = entries.flatMap(placed).map(atHome);
  const control: Entry[] = [
    text("control", describe(project, target, entries)),
    text("conffiles", CONFFILES.map((path) => `/${path}\n`).join("")),
    text("md5sums", data.map(sumLine).join("")),
    ...await Promise.all(SCRIPTS.map(async (name) => ({
      path: name,
      mode: 0o755,
      content: await Deno.readFile(join(ROOT, "release/debian", name)),
    }))),
  ];
  return ar([
    ["debian-binary", new TextEncoder().encode("2.0\n")],
    ["control.tar.gz", gzip(tar(control, { epoch, prefix: "./" }))],
    ["data.tar.gz", gzip(tar(data, { epoch, prefix: "./" }))],
  ], epoch);
}

function placed(entry: Entry): Entry[] {
  const found = PLACES.find(([pattern]) => pattern.test(entry.path));
  if (found === undefined) throw new RangeError(`Cannot package "${entry.path}": there is no place for it`);
  const [pattern, place] = found;
  return place === null ? [] : [{ ...entry, path: entry.path.replace(pattern, place) }];
}

/** The unit names the binary, which stands elsewhere than an installer of one's own may put it. */
function atHome(entry: Entry): Entry {
  if (!entry.path.endsWith(".service")) return entry;
  const unit = new TextDecoder().decode(entry.content);
  return {
    ...entry,
    content: new TextEncoder().encode(unit.replaceAll("/usr/local/bin/certgate", "/usr/bin/certgate")),
  };
}

function describe({ version }: Project, { arch }: Target, entries: readonly Entry[]): string {
  const binary = entries.find(({ path }) => path === "certgate")!.content;
  const kib = entries.reduce((sum, { content }) => sum + Math.ceil(content.length / 1024), 0);
  return `Package: certgate
Version: ${version}
Architecture: ${arch}
Maintainer: The certgate authors <certgate@users.noreply.github.com>
Installed-Size: ${kib}
Depends: libc6 (>= ${neededGlibc(binary)}), libgcc-s1 | libgcc1, systemd | adduser
Suggests: envoy
Section: net
Priority: optional
Homepage: https://github.com/certgate/certgate
Description: keeps one bad certificate from costing other hostnames their HTTPS
 certgate stands beside Envoy Gateway and Envoy, reads the certificates mounted
 there, decides which of them are usable, and makes sure that Envoy is only ever
 handed what it can load.
 .
 The service is not started by the package: write /etc/certgate/config.yaml, then
 systemctl enable --now certgate.
`;
}

function sumLine({ path, content }: Entry): string {
  return `${createHash("md5").update(content).digest("hex")}  ${path}\n`;
}

const text = (path: string, words: string): Entry => ({
  path,
  mode: 0o644,
  content: new TextEncoder().encode(words),
});

function ar(members: readonly (readonly [string, Uint8Array])[], epoch: number): Uint8Array {
  const parts: Uint8Array[] = [new TextEncoder().encode("!<arch>\n")];
  for (const [name, content] of members) {
    const fields = [name.padEnd(16), String(epoch).padEnd(12), "0     ", "0     ", "100644  "];
    parts.push(
      new TextEncoder().encode(`${fields.join("")}${String(content.length).padEnd(10)}\`\n`),
      content,
    );
    // Members begin at even places.
    if (content.length % 2 === 1) parts.push(Uint8Array.of(0x0a));
  }
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
