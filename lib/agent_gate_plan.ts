import { join } from "node:path";
import type {
  GatePlan,
  ObjectKey,
  PairState,
  PublishedObject,
  ResourceFinding,
  ResourceObject,
} from "./model/mod.ts";
import { planGate } from "./gate/mod.ts";
import { checkObject, type Config } from "./resources/mod.ts";
import type { DarkHostname } from "./server/mod.ts";
import { keyOf } from "./agent_names.ts";

/** The counter in what was published last, so that going on from there is a change and starting again is none. */
export async function readNudge(output: string | undefined): Promise<number> {
  if (output === undefined) return 0;
  const text = await Deno.readTextFile(join(output, "certgate.yaml")).catch(() => "");
  return Math.max(0, ...[...text.matchAll(/^\s+nudge: (\d{1,15})$/gm)].map(([, count]) => Number(count)));
}

/**
 * Plans what Envoy Gateway is given, without what it would refuse.
 *
 * @param config Of it what concerns the plan.
 * @param input What is believed now; `nudge` is the counter that is published with it.
 */
export function planObjects(
  { neverGate, gate: { nameCoverage, certState }, features: { listenerSets }, sds: { listen, envoy } }: Pick<
    Config,
    "neverGate" | "gate" | "features" | "sds"
  >,
  input: Omit<Parameters<typeof planGate>[0], "options">,
): { plan: GatePlan; refused: ResourceFinding[] } {
  const plan = planGate({
    ...input,
    options: {
      neverGate,
      nameCoverage,
      certState,
      listenerSets,
      sdsServer: listen,
      sdsClient: envoy && JSON.stringify(envoy),
    },
  });
  return checkPlan(plan, input.objects);
}

const checked = new WeakMap<object, ReturnType<typeof checkObject>>();
/** The same for Gateways of the latest plan by their text: parts of one are made anew each time, nearly always alike. */
let checkedTexts: ReadonlyMap<string, ReturnType<typeof checkObject>> = new Map();

/** Takes out what Envoy Gateway would refuse, because one refused object makes it refuse them all. */
function checkPlan(
  plan: GatePlan,
  read: readonly ResourceObject[],
): { plan: GatePlan; refused: ResourceFinding[] } {
  const refused: ResourceFinding[] = [];
  // What goes out as it was read was checked when it was read.
  const known = new Set<object>(read.map(({ value }) => value));
  const texts = new Map<string, ReturnType<typeof checkObject>>();
  const fine = (object: PublishedObject): boolean => {
    if (known.has(object.value)) return true;
    let complaints = checked.get(object.value);
    if (complaints === undefined) {
      const text = object.kind === "Gateway" ? JSON.stringify(object.value) : null;
      complaints = (text === null ? undefined : checkedTexts.get(text)) ?? checkObject(object.value);
      checked.set(object.value, complaints);
      if (text !== null) texts.set(text, complaints);
    }
    if (complaints.length === 0) return true;
    const owner = plan.gateways.find((gateway) => keyOf(gateway) === keyOf(object));
    refused.push({
      place: owner?.place ?? { file: "", line: 0, column: 0 },
      message: `Cannot publish the ${object.kind} "${keyOf(object)}": ${complaints[0].message}`,
      hint: complaints[0].hint,
    });
    return false;
  };
  const objects = plan.objects.filter(fine);
  if (texts.size > 0) checkedTexts = texts;
  return { plan: refused.length === 0 ? plan : { ...plan, objects }, refused };
}

/** Hostnames that are left out of what Envoy Gateway is given. */
export function listDark(plan: GatePlan): DarkHostname[] {
  return plan.listeners.flatMap(({ published, managed, hostname, port, secrets, reason, cause, message }) =>
    published === null && managed && hostname !== "*"
      ? [{ hostname, port, reason, cause, message, secret: secrets[0] ? keyOf(secrets[0]) : "" }]
      : []
  );
}

/** Whether a Gateway is among those published. */
export function gatewayTest(plan: GatePlan): (key: ObjectKey) => boolean {
  const known = new Set(
    plan.gateways.flatMap(({ namespace, published }) => published.map((name) => keyOf({ namespace, name }))),
  );
  return (key) => known.has(key);
}

/** The next moment at which what is believed of a pair changes by itself; `null` if never. */
export function nextEdge(pairs: Iterable<PairState>): number | null {
  let next = Infinity;
  for (const { edge } of pairs) next = Math.min(next, edge ?? Infinity);
  return next === Infinity ? null : next;
}
