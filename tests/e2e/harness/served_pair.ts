import { probe } from "./probe.ts";

/** Roots (PEM) by the name that a test has for them. */
export type Roots = ReadonlyMap<string, string>;

/** What a host shows. */
export interface ServedPair {
  /** Name of the root that the chain leads to. */
  readonly issuer: string;
  /** Lower-case hex, no leading zeros. */
  readonly serial: string;
}

/**
 * Finds out who issued what a host shows, as clients do: each trusts one root, has the chain from the server alone, and
 * sends a request if the chain leads there and the name is right.
 *
 * @throws {Error} in words, if nobody gets an answer, or more than one does.
 */
export async function servedPair(port: number, host: string, roots: Roots): Promise<ServedPair> {
  const names = [...roots.keys()];
  const answers = await Promise.all(names.map((name) => probe({ port, host, trust: roots.get(name)! })));
  const found = answers.flatMap((answer, index) =>
    answer.kind === "answered" && answer.status === 200
      ? [{ issuer: names[index], serial: answer.serial }]
      : []
  );
  if (found.length !== 1) throw new Error(`${host}: ${JSON.stringify(answers)}`);
  return found[0];
}
