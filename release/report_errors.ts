import { BuildError } from "./run_tool.ts";

/** Runs the main function of a task; what a person can do something about becomes an error line and a hint line. */
export async function reportErrors(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    const known = error instanceof BuildError || error instanceof TypeError && "code" in error;
    if (!known) throw error;
    console.error(`error: ${(error as Error).message}`);
    if (error instanceof BuildError && error.hint !== "") console.error(`hint: ${error.hint}`);
    Deno.exitCode = 1;
  }
}
