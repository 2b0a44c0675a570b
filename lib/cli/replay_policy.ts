import type { LocalReply, PolicySet } from "../model/mod.ts";
import { makeLocalReply } from "../mutations/mod.ts";
import { makePolicyIndex } from "../policy/mod.ts";
import { type Config, readPolicies } from "../resources/mod.ts";
import { makePolicyBelief, noPolicy, type PolicyBelief } from "../server/mod.ts";
import { readPolicyFiles } from "./read_policy_files.ts";

/** What a replay believes of local policy. */
export interface ReplayPolicy {
  readonly belief: PolicyBelief;
  readonly set: PolicySet | null;
  /** What is wrong, in words, a line each. */
  readonly problems: readonly string[];
}

/**
 * Reads the policy objects of a configuration once, without what an agent keeps: last good versions, and generations that
 * it has counted. An object without a generation of its own has generation 1 here.
 *
 * @param directories Instead of `policy.paths`.
 */
export async function readReplayPolicy(
  config: Config,
  directories: readonly string[] | undefined,
): Promise<ReplayPolicy> {
  if (!config.features.policy) return { belief: noPolicy(config), set: null, problems: [] };
  const { paths, compat, waf: { baseDirectives } } = config.policy;
  const set = readPolicies(await readPolicyFiles(directories ?? paths), new Map());
  const index = makePolicyIndex(set, {
    compat,
    baseDirectives,
    generationOf: (_kind, { generation }) => generation ?? 1,
  });
  const { reply, problem } = await readLocalReply(config.policy.localReply);
  const findings = set.findings.map(({ place: { file, line, column }, message }) =>
    `${file}:${line}:${column}: ${message}`
  );
  const problems = problem === "" ? findings : [...findings, `policy.localReply: ${problem}`];
  return { belief: makePolicyBelief(config, index, reply), set, problems };
}

async function readLocalReply(
  { enabled, bodyPath, ...settings }: Config["policy"]["localReply"],
): Promise<{ reply: LocalReply | null; problem: string }> {
  if (!enabled) return { reply: null, problem: "" };
  if (bodyPath === undefined) return makeLocalReply(null, settings);
  try {
    return makeLocalReply(await Deno.readTextFile(bodyPath), settings);
  } catch (error) {
    const { reply } = makeLocalReply(null, settings);
    return { reply, problem: `${(error as Error).message}; the built-in page stands in` };
  }
}
