import { createHash } from "node:crypto";
import type { JsonObject, ObjectKey, ObjectName, ResourceFinding } from "./model/mod.ts";
import type { StatusKeeper } from "./outputs/mod.ts";
import { makePolicyIndex, type PolicyIndex } from "./policy/mod.ts";
import { type Config, type PolicyFiles, readPolicies } from "./resources/mod.ts";
import { makePolicyBelief, noPolicy, type PolicyBelief } from "./server/mod.ts";
import { keyOf } from "./agent_names.ts";
import type { PolicyTexts } from "./agent_policy_inputs.ts";
import type { PageView } from "./agent_policy_page.ts";

/** Everything that the policy files and the configuration come to. */
export interface PolicyView {
  readonly config: Config;
  readonly files: PolicyFiles;
  readonly index: PolicyIndex;
  readonly belief: PolicyBelief;
  readonly page: PageView;
  /** Why the Envoy of the host would refuse the firewall; empty if nothing is known against it, or there is none. */
  readonly wafProblem: string;
  /** Digest of everything that can change a snapshot; empty where policy is off. */
  readonly digest: string;
  /** Of the directories, the files, the objects and the page. */
  readonly findings: readonly ResourceFinding[];
  /** Generations of TrafficProtectionPolicies as they are written now, those that are refused included. */
  readonly written: ReadonlyMap<ObjectKey, number>;
  /** Milliseconds after which the directories are to be looked at again; `null` if at the next change. */
  readonly again: number | null;
}

/** What a {@linkcode PolicyView} is made from. */
export interface PolicyViewParts {
  readonly texts: PolicyTexts;
  readonly page: PageView;
  /** Path to the text that was in use last. */
  readonly good: ReadonlyMap<string, string>;
  readonly keeper: StatusKeeper;
  /** Why the Envoy of the host would refuse the firewall; empty if nothing is known against it. */
  readonly wafProblem: string;
  /** The Gateway as its owner wrote it, where the gate split it into several. */
  readonly originalGateway: (published: ObjectName) => ObjectName;
}

/** Whether policy changes snapshots at all: it is not switched off, and something is configured. */
export function isPolicyOn({ features, policy }: Pick<Config, "features" | "policy">): boolean {
  const { paths, localReply, waf } = policy;
  return features.policy && (paths.length > 0 || localReply.enabled || waf.enabled === "on");
}

/** Reads what was gathered and puts together what mutations are given. */
export function viewPolicy(config: Config, parts: PolicyViewParts): PolicyView {
  const { texts, page, good, keeper, originalGateway } = parts;
  const files = readPolicies(texts.files, good);
  const { used, written } = countGenerations(files, keeper);
  const { compat, waf: { baseDirectives } } = config.policy;
  const index = makePolicyIndex(files, {
    compat,
    baseDirectives,
    originalGateway,
    generationOf: (_, object) => used.get(keyOf(object)) ?? object.generation ?? 1,
  });
  const on = isPolicyOn(config);
  const belief = on ? makePolicyBelief(config, index, page.reply) : switchedOff(config);
  const wafProblem = belief.settings.waf === null ? "" : parts.wafProblem;
  return {
    config,
    files,
    index,
    belief,
    page,
    wafProblem,
    digest: on ? digestOf(config, belief, wafProblem) : "",
    findings: [...texts.findings, ...files.findings, ...page.findings],
    written,
    again: texts.again,
  };
}

/** What is believed where policy is off: nothing of it is done, whatever the section says. */
function switchedOff(config: Config): PolicyBelief {
  const { index, settings } = noPolicy(config);
  return { index, settings: { ...settings, waf: null, localReply: null } };
}

/** What happens where something fails is part of it: an answer that was degraded may be another one now. */
function digestOf(
  { hooks, mutations }: Config,
  { index, settings }: PolicyBelief,
  wafProblem: string,
): string {
  const problems = wafProblem === "" ? [] : [wafProblem];
  const text = JSON.stringify([index.digest, settings, hooks, mutations, ...problems]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

const KIND = "TrafficProtectionPolicy";

/** Keys under which generations are remembered; all begin with the name of their part of the agent. */
export const policyKeys = {
  written: (policy: ObjectKey) => `policy ${KIND} ${policy}`,
  good: (policy: ObjectKey) => `policy good ${KIND} ${policy}`,
  settled: (policy: ObjectKey) => `policy settled ${KIND} ${policy}`,
} as const;

// A spec is hashed for its generation only when its object is another one than last time: heartbeats of connectors
// make everything be counted again.
const specs = new WeakMap<JsonObject, string>();

function specOf({ spec }: { readonly spec: JsonObject }): string {
  let digest = specs.get(spec);
  if (digest === undefined) {
    digest = createHash("sha256").update(JSON.stringify(spec)).digest("base64");
    specs.set(spec, digest);
  }
  return digest;
}

/**
 * Generations as written, or counted by the changes of a spec. The one of a held version is what it was when that
 * version was written: the object that is refused has gone on counting.
 */
function countGenerations({ policies, refused }: PolicyFiles, keeper: StatusKeeper) {
  const count = (object: ObjectName & { readonly generation: number | null; readonly spec: JsonObject }) =>
    object.generation ?? keeper.generation(policyKeys.written(keyOf(object)), specOf(object));
  const own = refused.filter(({ kind }) => kind === KIND);
  const held = new Set(own.filter((object) => object.held).map(keyOf));
  const written = new Map(own.map((object) => [keyOf(object), count(object)]));
  const used = new Map<ObjectKey, number>();
  for (const policy of policies) {
    const key = keyOf(policy);
    const good = policyKeys.good(key);
    const isHeld = held.has(key);
    const spec = specOf(policy);
    const generation = isHeld ? policy.generation ?? keeper.recall(good, spec) ?? 1 : count(policy);
    keeper.remember(good, generation, spec);
    used.set(key, generation);
    if (!isHeld) written.set(key, generation);
  }
  return { used, written };
}
