import assert from "node:assert/strict";
import type { GateParts } from "./agent_gate_parts.ts";
import { judgeEverything } from "./agent_gate_judge.ts";
import type { GateInputs } from "./agent_inputs.ts";
import type { PairBook } from "./agent_pairs.ts";
import { parseConfig } from "./resources/mod.ts";

Deno.test("judgeEverything() lets what goes straight to Envoy leave before it works out the rest", async () => {
  const order: string[] = [];
  const parts = {
    clock: () => 0,
    doubt: () => "",
    store: () => null,
    sds: {
      wanted: () => true,
      bundles: () => Promise.resolve([]),
      edge: () => null,
      deliver(pairs: unknown) {
        order.push("delivered");
        // As a server writes to its connections: in the next turn.
        setTimeout(() => order.push("left"));
        return pairs;
      },
    },
    issuance: {
      planned(input: object) {
        order.push("planned");
        return { ...input, findings: [], isPending: false };
      },
      challenges: () => [],
      answered() {},
    },
  } as unknown as GateParts;
  const inputs = {
    gather: () => ({ objects: [], files: 0, sources: [], findings: [], arrivals: [], again: null }),
  } as unknown as GateInputs;
  const book = { judge: () => Promise.resolve(new Map()) } as unknown as PairBook;
  const read = parseConfig("", "config.yaml");
  assert(read.ok);
  await judgeEverything(inputs, book, { config: read.config, parts, nudge: 0 });
  assert.deepEqual(order, ["delivered", "left", "planned"]);
});
