/** How {@linkcode runTool} runs a program. */
export interface ToolOptions {
  readonly cwd?: string;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** What to do about a failure, for the end of its message. */
  readonly hint?: string;
}

/**
 * Runs a program of the build to its end.
 *
 * @param command Path or name of the program.
 * @param args Its arguments.
 * @param options Directory, environment, and a hint for the error.
 * @returns What it wrote to standard output.
 * @throws {BuildError} with the program's own words if it fails or is not there.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const name = command.slice(command.lastIndexOf("/") + 1);
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(command, {
      args: [...args],
      cwd: options.cwd,
      env: { ...options.env, NO_COLOR: "1" },
      stdin: "null",
    }).output();
  } catch (error) {
    throw new BuildError(`Cannot run "${name}": ${(error as Error).message}`, options.hint);
  }
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (output.success) return text(output.stdout);
  const words = text(output.stderr) || text(output.stdout) || `exit code ${output.code}`;
  throw new BuildError(`Cannot finish "${name} ${args[0] ?? ""}": ${words}`, options.hint);
}

/** A build that cannot go on, in words for the person who started it. */
export class BuildError extends Error {
  override readonly name = "BuildError";

  /**
   * @param message What went wrong.
   * @param hint What to do about it; empty if there is nothing to say.
   */
  constructor(message: string, readonly hint: string = "") {
    super(message);
  }
}
