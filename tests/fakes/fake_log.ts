import type { Log, LogFields } from "../../lib/model/mod.ts";

/** A log that remembers its lines. */
export class FakeLog implements Log {
  readonly lines: { level: string; sentence: string; fields: LogFields }[] = [];

  debug(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: "debug", sentence, fields });
  }

  info(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: "info", sentence, fields });
  }

  warn(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: "warn", sentence, fields });
  }

  error(sentence: string, fields: LogFields = {}): void {
    this.lines.push({ level: "error", sentence, fields });
  }

  /** Sentences of one level, in order. */
  sentences(level: string): string[] {
    return this.lines.filter((line) => line.level === level).map((line) => line.sentence);
  }
}
