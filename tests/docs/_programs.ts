export { onPath } from "../setup/on_path.ts";

/** How a program ended, and what it said. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds. Nothing in the docs takes longer; whatever does hangs. */
export const LIMIT = 30_000;

/** Runs a program of the host to its end, for half a minute at most. */
export async function runWith(
  program: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    stdin: "null",
    signal: AbortSignal.timeout(LIMIT),
    ...options,
    args: [...args],
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
