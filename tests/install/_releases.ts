import { makeRelease, type ReleaseOptions } from "./_release.ts";

/** A folder with releases for the tests of one file; it goes when they have run. */
export async function releasesFor(
  versions: Readonly<Record<string, ReleaseOptions>>,
): Promise<{ folder: string; url: string }> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-releases-" });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  // For a run as another user.
  await Deno.chmod(folder, 0o755);
  for (const [version, options] of Object.entries(versions)) await makeRelease(folder, version, options);
  return { folder, url: `file://${folder}` };
}
