import type { TestPair } from "../e2e/harness/pairs.ts";
import { type Answer, probe } from "../e2e/harness/probe.ts";

/** What a client that asked for a host got. */
export interface Outcome {
  /** `neighbour`: the certificate of another host was shown, which is worse than none. */
  readonly kind: "served" | "dark" | "neighbour";
  /** For the table. */
  readonly words: string;
}

/** A host of the demo. */
export interface DemoHost {
  readonly pair: TestPair;
  /** What Envoy has against the certificate; `null` for a good one. */
  readonly flaw: string | null;
}

const AT_ONCE = 8;

/** Makes one real TLS request for every host; the outcomes are in the order of the hosts. */
export async function probeAll(hosts: readonly DemoHost[], port: number, trust: string): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let at = 0; at < hosts.length; at += AT_ONCE) {
    const some = hosts.slice(at, at + AT_ONCE).map(async ({ pair }) =>
      outcomeOf(await probe({ port, host: pair.host, trust }), pair, hosts)
    );
    outcomes.push(...await Promise.all(some));
  }
  return outcomes;
}

/** Reads an answer: whose certificate was shown counts first, then whether the page came. */
export function outcomeOf(answer: Answer, pair: TestPair, hosts: readonly DemoHost[]): Outcome {
  if (answer.kind === "closed") return { kind: "dark", words: "nobody listens on the port" };
  if (answer.serial !== null && answer.serial !== pair.serial) {
    const owner = hosts.find((other) => other.pair.serial === answer.serial);
    return { kind: "neighbour", words: `shown the certificate of ${owner?.pair.host ?? "somebody else"}` };
  }
  if (answer.kind === "answered") {
    return answer.status === 200
      ? { kind: "served", words: "200, its own certificate" }
      : { kind: "dark", words: `HTTP ${answer.status}` };
  }
  return { kind: "dark", words: answer.serial === null ? "connection reset" : answer.message };
}
