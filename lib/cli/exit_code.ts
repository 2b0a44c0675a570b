/** What the process answers to its caller. */
export const EXIT = {
  ok: 0,
  /** The command worked and found something that is not usable. */
  found: 1,
  /** The command line or the configuration is wrong. */
  usage: 2,
  /** Something outside went wrong: a port, a directory, a file. */
  failed: 3,
  /** Another certgate is already at work there. */
  busy: 4,
} as const;

/** One of {@linkcode EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
