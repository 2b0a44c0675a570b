import { SingleBar } from "cli-progress";
import type { Issuance } from "../issuance/mod.ts";
import type { Log, LogFields } from "../model/mod.ts";
import { printable } from "./printable.ts";
import { timeText } from "./status_report.ts";
import { errorLines, type Terminal } from "./terminal.ts";

/** What shows how far a round is. */
export interface RoundProgress {
  /** What issuance says goes here: a line for each pair that comes or fails, where no person watches. */
  readonly log: Log;
  /** Begins a bar, where a person watches. */
  begin(issuance: Pick<Issuance, "status">, total: number): void;
  /** Something may have changed. */
  look(): void;
  /** Shows the rest, and ends. */
  stop(): void;
}

/** A look goes over all pairs, and of thousands one ends every few milliseconds. */
const LOOK_EVERY = 100;

/** Shows how far a round is: a bar for a person, lines for everybody else. */
export function openProgress(terminal: Terminal): RoundProgress {
  let issuance: Pick<Issuance, "status"> | null = null;
  let bar: SingleBar | null = null;
  let all = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  const look = () => {
    timer = null;
    const over = issuance!.status().pairs.filter(({ state }) => state !== "Waiting" && state !== "Issuing");
    bar?.update(Math.min(all, over.length));
  };
  return {
    log: terminal.watched ? { ...SILENT, error: errorsTo(terminal) } : linesTo(terminal),
    begin(watched, total) {
      if (!terminal.watched || total === 0) return;
      issuance = watched;
      all = total;
      bar = new SingleBar({ format: "issuing {bar} {value}/{total}", hideCursor: true });
      bar.start(total, 0);
    },
    look() {
      if (bar !== null) timer ??= setTimeout(look, LOOK_EVERY);
    },
    stop() {
      if (timer !== null) clearTimeout(timer);
      if (bar !== null) look();
      bar?.stop();
    },
  };
}

const nothing = () => {};
const SILENT: Omit<Log, "error"> = { debug: nothing, info: nothing, warn: nothing };

/** What went wrong beside the pairs, whose failures are in the table at the end. */
function errorsTo(terminal: Terminal): Log["error"] {
  return (sentence, { error } = {}) => {
    const cause = error instanceof Error ? `: ${error.message}` : "";
    terminal.err(errorLines(printable(`${sentence}${cause}`)));
  };
}

function linesTo(terminal: Terminal): Log {
  return {
    ...SILENT,
    info(_sentence, fields = {}) {
      if (!("notAfter" in fields)) return;
      const until = timeText(text(fields, "notAfter"));
      terminal.err(
        printable(`issued: ${text(fields, "key")} by ${text(fields, "issuer")}, valid until ${until}`) + "\n",
      );
    },
    warn(sentence, fields = {}) {
      const why = text(fields, "message") || text(fields, "trouble") || sentence;
      const key = text(fields, "key");
      terminal.err(`${printable(key === "" ? `warning: ${sentence}` : `failed: ${key}: ${why}`)}\n`);
    },
    error: errorsTo(terminal),
  };
}

const text = (fields: LogFields, name: string): string => String(fields[name] ?? "");
