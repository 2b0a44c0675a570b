const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Does something that is to end early when the process is told to.
 *
 * @param signal Ends it instead, for tests.
 */
export async function untilSignal<T>(
  signal: AbortSignal | null,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (signal !== null) return await use(signal);
  const ended = new AbortController();
  const end = () => ended.abort();
  for (const name of SIGNALS) Deno.addSignalListener(name, end);
  try {
    return await use(ended.signal);
  } finally {
    for (const name of SIGNALS) Deno.removeSignalListener(name, end);
  }
}
