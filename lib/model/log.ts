/** Fields of a log line: plain data under fixed names. Key material never goes in. */
export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where log lines go. The sentence is fixed text without variables; everything that varies is a field, so that a
 * search for the sentence finds every line of its kind.
 */
export interface Log {
  debug(sentence: string, fields?: LogFields): void;
  info(sentence: string, fields?: LogFields): void;
  warn(sentence: string, fields?: LogFields): void;
  error(sentence: string, fields?: LogFields): void;
}
