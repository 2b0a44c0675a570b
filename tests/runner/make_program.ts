/** How the making of a program ended. */
export type Made =
  | { readonly program: string }
  | {
    /** What the script has written about its failure. */
    readonly problem: string;
  };

/**
 * Runs a script that makes a program.
 *
 * @param script Path, relative to `root`; it is given the folder and writes the path of the program.
 * @param folder Where the program goes.
 */
export async function makeProgram(root: string, script: string, folder: string): Promise<Made> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", script, folder],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  return success ? { program: text(stdout) } : { problem: text(stderr) };
}
