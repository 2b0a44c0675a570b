import { plainLine, type Run, runProgram } from "../host/mod.ts";
import type { DependentInstance } from "../resources/mod.ts";
import type { RestartMethod } from "./restart_method.ts";

/** What of the words of a program is shown. */
const MOST_WORDS = 500;

/**
 * A program of the operator, run without a shell. It is told for which authority it runs (`CERTGATE_CA`) and for whom
 * (`CERTGATE_DEPENDENT`): where certgate is killed before it has written down how the program ended, it is run again.
 */
export function restartByCommand(argv: NonNullable<DependentInstance["command"]>): RestartMethod {
  const [program, ...args] = argv;
  return {
    instance: `command:${plainLine(argv.join(" "), 200)}`,
    look: () => Promise.resolve({ state: "up", identity: null, reason: "Restarted", detail: "" }),
    async restart(timeoutMs, { dependent, fingerprint }) {
      const env = { CERTGATE_DEPENDENT: dependent, CERTGATE_CA: fingerprint };
      const run = await runProgram(program, args, { timeoutMs, env });
      if (run.end === "exit" && run.code === 0) return { kind: "done" };
      const reason = run.end === "stopped"
        ? "TimedOut"
        : run.end === "failed"
        ? "NotPermitted"
        : "CommandFailed";
      return { kind: "failed", reason, detail: wordsOfRun(run) };
    },
  };
}

/** What a program has said, in one line: the end of it, since that is where errors stand. */
export function wordsOfRun({ code, error, stdout, lines }: Run): string {
  const said = [...stdout.split("\n"), ...lines].filter((line) => line.trim() !== "").join("; ");
  const end = said.length > MOST_WORDS ? `…${said.slice(-MOST_WORDS)}` : said;
  const first = error || `exit code ${code}`;
  return plainLine(end === "" ? first : `${first}: ${end}`, MOST_WORDS + 200);
}
