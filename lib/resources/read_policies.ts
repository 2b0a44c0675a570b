import type { PolicySet } from "../model/mod.ts";
import type { ResourceText } from "./read_resources.ts";

/** What the files of `policy.paths` say, and what to keep of them. */
export type PolicyFiles = PolicySet & {
  /** Path to the text that is in use: the one to be kept for the next start. */
  readonly good: ReadonlyMap<string, string>;
};

/**
 * Reads policy objects.
 *
 * @param files Path to text or problem, of all files there are.
 * @param _lastGood `good` of an earlier answer, also from before a restart.
 */
export function readPolicies(
  files: ReadonlyMap<string, ResourceText>,
  _lastGood: ReadonlyMap<string, string>,
): PolicyFiles {
  return {
    policies: [],
    proxies: [],
    connectors: [],
    namespaces: [],
    slices: [],
    refused: [],
    findings: [],
    files: files.size,
    good: new Map(),
  };
}
