import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/**
 * Packs a program in the way of a release, as far as the installer wants to see it, and stores it where the installer looks
 * for that version.
 *
 * @param base Folder that stands for the place of all releases.
 * @param version What the program says of itself.
 * @param program Path of the program.
 */
export async function packRelease(base: string, version: string, program: string): Promise<void> {
  const name = `certgate_${version}_linux_${Deno.build.arch === "aarch64" ? "arm64" : "amd64"}`;
  const folder = `${base}/v${version}`;
  await Deno.mkdir(`${folder}/${name}/systemd`, { recursive: true });
  const files = {
    LICENSE: "LICENSE",
    "install.sh": "install.sh",
    "config.yaml": "release/config.yaml",
    "systemd/certgate.service": "systemd/certgate.service",
    "systemd/certgate.sysusers": "systemd/certgate.sysusers",
  };
  await Deno.copyFile(program, `${folder}/${name}/certgate`);
  for (const [to, from] of Object.entries(files)) {
    await Deno.copyFile(`${ROOT}${from}`, `${folder}/${name}/${to}`);
  }
  const pack = 'tar -czf "$1.tar.gz" "$1" && rm -r "$1" && sha256sum "$1.tar.gz" >SHA256SUMS';
  const { success, stderr } = await new Deno.Command("sh", { args: ["-c", pack, "sh", name], cwd: folder })
    .output();
  if (!success) throw new Error(`Cannot pack ${name}: ${new TextDecoder().decode(stderr)}`);
}
