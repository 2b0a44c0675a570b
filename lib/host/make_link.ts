import { LN, wordsOf } from "./permitted.ts";

/**
 * Makes a symbolic link. The runtime makes links only for those who may write everywhere, which a released binary may not;
 * there ln(1) does it, in the same one step.
 *
 * @param target What the link says; it need not exist.
 * @param path Where the link is made; nothing may stand there.
 * @throws What the file system answers.
 */
export async function makeLink(target: string, path: string): Promise<void> {
  try {
    return await Deno.symlink(target, path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
  }
  const { success, stderr } = await runLn(target, path);
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim().split("\n")[0]);
}

async function runLn(target: string, path: string): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(LN, {
      // -T: a directory at the path is a mistake, and not a place to put the link into.
      args: ["-s", "-T", "--", target, path],
      env: { LC_ALL: "C" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
  } catch (error) {
    throw new Error(`Cannot make the link "${path}": ${wordsOf(error)}`);
  }
}
