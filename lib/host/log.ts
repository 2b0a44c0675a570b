import { configureSync, getLogger, type LogLevel, type LogRecord, resetSync } from "@logtape/logtape";
import type { Log, LogFields } from "../model/mod.ts";

const LEVELS: Record<string, LogLevel> = { debug: "debug", info: "info", warn: "warning", error: "error" };

/**
 * The process log: one JSON object per line, for journald and for grep.
 *
 * @param level The least severe level written: debug, info, warn or error.
 * @param write Takes one finished line with its line end; default standard error.
 * @returns The log. `close()` undoes the set-up, which tests need.
 */
export function openLog(level: string, write: (line: string) => void = toStderr): Log & { close(): void } {
  configureSync({
    reset: true,
    sinks: { lines: (record: LogRecord) => write(formatLine(record)) },
    loggers: [
      { category: ["certgate"], lowestLevel: LEVELS[level] ?? "info", sinks: ["lines"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["lines"] },
    ],
  });
  const logger = getLogger(["certgate"]);
  // Sentences are fixed text, so braces in them are no placeholders; fields travel beside.
  return {
    debug: (sentence, fields) => logger.debug(sentence, { ...fields }),
    info: (sentence, fields) => logger.info(sentence, { ...fields }),
    warn: (sentence, fields) => logger.warn(sentence, { ...fields }),
    error: (sentence, fields) => logger.error(sentence, { ...fields }),
    close: () => resetSync(),
  };
}

function formatLine(record: LogRecord): string {
  const level = record.level === "warning" ? "warn" : record.level;
  const fields = record.properties as LogFields;
  const line = { time: new Date(record.timestamp).toISOString(), level, msg: record.rawMessage };
  return `${JSON.stringify({ ...line, ...fields }, plain)}\n`;
}

function plain(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.message;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return typeof value === "bigint" ? String(value) : value;
}

const encoder = new TextEncoder();

function toStderr(line: string): void {
  const bytes = encoder.encode(line);
  // A short write is legal on a pipe; the rest of the line must not be lost.
  for (let sent = 0; sent < bytes.length;) sent += Deno.stderr.writeSync(bytes.subarray(sent));
}
