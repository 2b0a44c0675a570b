import { fileURLToPath } from "node:url";
import { toolPath } from "../setup/tools.ts";

/** The folder of the rules, their tests and the examples. */
export const MONITORING = fileURLToPath(new URL("../../monitoring/", import.meta.url));

/** Whether there is no promtool on this machine. */
export const noPromtool = toolPath("promtool") === null;

/** Runs the real promtool and waits for its end. */
export async function promtool(...args: string[]): Promise<{ success: boolean; output: string }> {
  const { success, stdout, stderr } = await new Deno.Command(toolPath("promtool")!, {
    args,
    cwd: MONITORING,
    // It throws away much and lives for seconds: collecting that is a fifth of its work.
    env: { GOGC: "800" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { success, output: decoder.decode(stdout) + decoder.decode(stderr) };
}
