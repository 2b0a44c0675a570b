import type { ResourceFinding } from "./model/mod.ts";
import type { ResourceText } from "./resources/mod.ts";

/**
 * The files of the operator, with the last good version of those that are out of sight. A volume that is not mounted
 * looks like a directory from which everything was deleted, and without Gateways Envoy Gateway ends its Envoys.
 *
 * - A directory that cannot be looked into hides the files below it.
 * - The directory of the resources itself hides them all, also those of the one that was configured before.
 * - A directory without any file, where there were some, hides them all. Who means it puts an empty file there.
 *
 * @param files What is there now; a directory that cannot be looked into is an entry with a problem.
 * @param good Path to the text that was in use last.
 * @param directory The directory of the resources.
 */
export function withUnseen(
  files: ReadonlyMap<string, ResourceText>,
  good: ReadonlyMap<string, string>,
  directory: string,
): { files: ReadonlyMap<string, ResourceText>; findings: ResourceFinding[] } {
  const all = new Map(files);
  const findings: ResourceFinding[] = [];
  const root = directory.replace(/(?<=.)\/+$/, "");
  for (const [place, file] of files) {
    if (!("problem" in file)) continue;
    // A root that cannot be seen hides whatever was in use, of another directory too: it may be a slip of the pen.
    const below = [...good].filter(([path]) => place === root || path.startsWith(`${place}/`));
    if (below.length === 0) continue;
    all.delete(place);
    for (const [path, text] of below) if (!all.has(path)) all.set(path, { text });
    findings.push({
      place: { file: place, line: 0, column: 0 },
      message: `Cannot look into ${JSON.stringify(place)}: ${file.problem}`,
      hint: "the last good versions of its files stay in use; see that the volume is mounted and may be read",
    });
  }
  if (files.size > 0 || good.size === 0) return { files: all, findings };
  for (const [path, text] of good) all.set(path, { text });
  const message = `Cannot believe that every file of ${
    JSON.stringify(directory)
  } was deleted: the last good ones are used`;
  const hint = "see that the volume is mounted; to take everything out, put an empty .yaml file there";
  return { files: all, findings: [{ place: { file: directory, line: 0, column: 0 }, message, hint }] };
}

// A volume that is mounted, or copied to, fills up file by file.
const GRACE = 5000;

/**
 * {@linkcode withUnseen}, look after look: what has not been seen since the start, or since the directory was out of sight,
 * may still be on its way and stays in use a moment longer. What was seen and is gone was deleted.
 */
export class UnseenFiles {
  readonly #seen = new Set<string>();
  #since: number | null = null;

  /**
   * @param files What is there now.
   * @param good Path to the text that was in use last.
   * @param at The directory of the resources, and milliseconds by a clock that does not jump.
   * @returns The files to go by, and the milliseconds after which to look again; `null` if at the next change.
   */
  look(
    files: ReadonlyMap<string, ResourceText>,
    good: ReadonlyMap<string, string>,
    { directory, now }: { readonly directory: string; readonly now: number },
  ): ReturnType<typeof withUnseen> & { readonly again: number | null } {
    const { files: visible, findings } = withUnseen(files, good, directory);
    if (findings.length > 0) {
      this.#seen.clear();
      this.#since = now;
    }
    this.#since ??= now;
    for (const path of files.keys()) this.#seen.add(path);
    const left = this.#since + GRACE - now;
    const late = [...good].filter(([path]) => !visible.has(path) && !this.#seen.has(path));
    if (left <= 0 || late.length === 0) return { files: visible, findings, again: null };
    const all = new Map(visible);
    for (const [path, text] of late) all.set(path, { text });
    return { files: all, findings, again: left };
  }
}
