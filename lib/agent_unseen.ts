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
  const root = directory.replace(/(?<=.)\/+$/, "");
  const blind = files.size === 0 || [...files].some(([path, file]) => path === root && "problem" in file);
  const hidden = [...files].flatMap(([path, file]) => "problem" in file ? [`${path}/`] : []);
  for (const [path, text] of good) {
    if (!blind && !hidden.some((parent) => path.startsWith(parent))) continue;
    if (!all.has(path)) all.set(path, { text });
  }
  if (files.size > 0 || good.size === 0) return { files: all, findings: [] };
  const finding: ResourceFinding = {
    place: { file: directory, line: 0, column: 0 },
    message: `Cannot believe that every file of ${
      JSON.stringify(directory)
    } was deleted: the last good ones are used`,
    hint: "see that the volume is mounted; to take everything out, put an empty .yaml file there",
  };
  return { files: all, findings: [finding] };
}
