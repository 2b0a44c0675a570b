/** Fields of a log line: plain data under fixed names. Key material never goes in. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where log lines go. The sentence is fixed text without variables; everything that varies is a field, so that a
 * search for the sentence finds every line of its kind.
 */
export interface Log {
  /** For who looks into a problem. */
  debug(sentence: string, fields?: LogFields): void;
  /** The course of things. */
  info(sentence: string, fields?: LogFields): void;
  /** Somebody should look at it, not at night. */
  warn(sentence: string, fields?: LogFields): void;
  /** Something that certgate is for does not work. */
  error(sentence: string, fields?: LogFields): void;
}
