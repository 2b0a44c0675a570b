import { join } from "node:path";

/** What differs between archives; everything else is the layout of a real one with next to nothing in it. */
export interface ReleaseOptions {
  /** Default the architecture of this machine. */
  readonly arch?: "amd64" | "arm64";
  /** A word in a configuration that this version refuses. Default none. */
  readonly refuses?: string;
  /** What the unit says besides its version. */
  readonly unit?: string;
  /** Bytes that are added to the program. */
  readonly padding?: number;
  /** Other text of the program. */
  readonly program?: string;
}

export const ARCH = Deno.build.arch === "aarch64" ? "arm64" : "amd64";

/** The program in the archive: a script that answers what an installer asks. */
function program(version: string, { refuses, padding = 0 }: ReleaseOptions): string {
  return `#!/bin/sh
case "$1 $2" in
"version ") echo "certgate ${version} (made for a test)" ;;
"config check")
  if ${refuses === undefined ? "false" : `grep -q '${refuses}' "$3"`}; then
    echo 'error: Unknown key "${refuses}"' >&2
    exit 2
  fi
  ;;
"eg-config --config") echo "extensionManager: from $(grep -c . "$3") lines" && sed -n 's/^  output: /paths: /p' "$3" ;;
esac
exit 0
${"#".repeat(padding)}
`;
}

/**
 * Makes one version of a release: the archive and SHA256SUMS, as they stand on a server.
 *
 * @param releases Folder of all versions; the files go to `v<version>/` in it.
 * @returns The path of the archive.
 */
export async function makeRelease(
  releases: string,
  version: string,
  options: ReleaseOptions = {},
): Promise<string> {
  const top = `certgate_${version}_linux_${options.arch ?? ARCH}`;
  const stage = await Deno.makeTempDir({ prefix: "certgate-release-" });
  const write = async (path: string, text: string, mode = 0o644) => {
    const place = join(stage, top, path);
    await Deno.mkdir(join(place, ".."), { recursive: true });
    await Deno.writeTextFile(place, text);
    await Deno.chmod(place, mode);
  };
  await write("certgate", options.program ?? program(version, options), 0o755);
  await write("LICENSE", "licence\n");
  await write("THIRD-PARTY-LICENSES", "licences\n");
  await Deno.copyFile(INSTALL, join(stage, top, "install.sh"));
  await Deno.copyFile(CONFIG, join(stage, top, "config.yaml"));
  await write("systemd/certgate.service", `[Service]\n# ${options.unit ?? "the same in all versions"}\n`);
  await write("systemd/certgate.sysusers", "u certgate\n");
  await write("systemd/examples/memory.conf", "[Service]\n");
  await write("share/man/man1/certgate.1", ".TH certgate 1\n");
  for (const name of ["certgate.bash", "_certgate", "certgate.fish"]) {
    await write(`share/completions/${name}`, `${name}\n`);
  }
  await write("share/certgate.rules.yaml", "groups: []\n");
  await write("share/config.schema.json", "{}\n");
  const folder = join(releases, `v${version}`);
  await Deno.mkdir(folder, { recursive: true });
  const archive = join(folder, `${top}.tar.gz`);
  const { success } = await new Deno.Command("tar", { args: ["-C", stage, "-czf", archive, top] }).output();
  await Deno.remove(stage, { recursive: true });
  if (!success) throw new Error("tar has made no archive");
  await writeSums(archive);
  return archive;
}

/** Writes SHA256SUMS beside an archive, as `sha256sum` does, with a line for another file before it. */
export async function writeSums(archive: string, sum?: string): Promise<void> {
  const lines = [
    `${"0".repeat(64)}  another.tar.gz`,
    `${sum ?? await sha256(archive)}  ${archive.split("/").at(-1)}`,
  ];
  await Deno.writeTextFile(join(archive, "..", "SHA256SUMS"), lines.join("\n") + "\n");
}

export async function sha256(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex();
}

/** The script under test. */
export const INSTALL = new URL("../../install.sh", import.meta.url).pathname;
const CONFIG = new URL("../../release/config.yaml", import.meta.url).pathname;
