/** How a command ended: all it printed, in one piece. */
export interface Ended {
  readonly success: boolean;
  readonly output: string;
}

/** Runs this very Deno and waits for its end. */
export function deno(args: readonly string[], cwd: string): Promise<Ended> {
  return command(Deno.execPath(), args, cwd);
}

/** Runs a program and waits for its end. */
export async function command(program: string, args: readonly string[], cwd: string): Promise<Ended> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return { success, output: text.filter((part) => part !== "").join("\n") };
}
