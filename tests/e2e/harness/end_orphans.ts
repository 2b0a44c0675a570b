/**
 * Ends what programs have left that were killed in a directory: a child of theirs has that directory, and no parent any more.
 *
 * @returns How many there were.
 */
export async function endOrphans(directory: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const parent = /^PPid:\t(\d+)$/m.exec(await Deno.readTextFile(`/proc/${name}/status`))?.[1];
      if (parent !== "1" || await Deno.readLink(`/proc/${name}/cwd`) !== directory) continue;
      Deno.kill(Number(name), "SIGKILL");
      count++;
    } catch {
      // It has ended meanwhile, or is somebody else's.
    }
  }
  return count;
}
