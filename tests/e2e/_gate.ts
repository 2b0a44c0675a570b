/**
 * What the tests of the gate demand of the status and of the metrics, in one place so that each demands the same.
 */
import assert from "node:assert/strict";
import type { GateStatus, ListenerStatus, Reason } from "../../lib/model/mod.ts";
import { type Bed, type Certgate, type Load, readPublished, type TestPair, until } from "./harness/mod.ts";

/**
 * The listener of a hostname.
 *
 * @throws {Error} if there is none.
 */
export function listenerOf(gate: GateStatus, host: string): ListenerStatus {
  const listener = gate.listeners.find(({ hostname }) => hostname === host);
  if (listener === undefined) throw new Error(`The status has no listener for ${host}`);
  return listener;
}

/** The condition of a listener as `status/reason`. */
export function conditionOf({ conditions }: ListenerStatus, type: string): string {
  const condition = conditions.find((one) => one.type === type);
  return condition === undefined ? "none" : `${condition.status}/${condition.reason}`;
}

/** Waits until the status says of a host that it is withheld for a reason. */
export async function untilWithheld(
  certgate: Certgate,
  host: string,
  reason: Reason,
  within: number,
): Promise<number> {
  const { ms } = await until(`${host} is withheld as ${reason}`, async () => {
    const listener = listenerOf(await certgate.gate(), host);
    if (listener.published === null && listener.reason === reason) return true;
    throw new Error(`${listener.reason}, published ${listener.published !== null}`);
  }, { within });
  return ms;
}

/** Waits until the status says that Envoy serves a host with a serial number. */
export async function untilDelivered(certgate: Certgate, pair: TestPair, within: number): Promise<number> {
  const { ms } = await until(`the status says that Envoy serves ${pair.host}`, async () => {
    const { delivery, secrets } = listenerOf(await certgate.gate(), pair.host);
    if (delivery === "served" && secrets[0].serial === pair.serial) return true;
    throw new Error(`${delivery} ${secrets[0]?.serial}`);
  }, { within });
  return ms;
}

/** Waits until a pair is in the directory that Envoy Gateway reads. */
export async function untilPublished(
  bed: Bed,
  secret: string,
  serial: string,
  within: number,
): Promise<number> {
  const { ms } = await until(`${secret} is published with ${serial}`, async () => {
    const found = (await readPublished(bed.published)).serials.get(secret);
    if (found === serial) return true;
    throw new Error(`it is ${found}`);
  }, { within, every: 20 });
  return ms;
}

/** Ends a load and demands that every request of it was answered, and that there were some. */
export async function expectNoFailure(load: Load, atLeast: number): Promise<void> {
  await load.stop();
  const { requests, failures } = load.report;
  console.log(`${requests} requests were made on good hosts meanwhile, ${failures.length} failed`);
  assert.deepEqual(failures.slice(0, 5), []);
  assert.ok(requests >= atLeast, `${requests} requests are too few to say anything`);
}
