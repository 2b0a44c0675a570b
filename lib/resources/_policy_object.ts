import { safeParse } from "zod/v4/core";
import type { JsonObject, ObjectName, Place } from "../model/mod.ts";
import { checkPlainMetadata } from "./_check_metadata.ts";
import { isDnsLabel, isDnsSubdomain } from "./_formats.ts";
import { parseEndpoint } from "./_policy_endpoint.ts";
import {
  connectorMembers,
  metaOf,
  POLICY_KINDS,
  policyApiVersion,
  type PolicyKind,
  type PolicyKinds,
} from "./_policy_kinds.ts";
import { problemOf } from "./_policy_problems.ts";
import { type Problem, showValue } from "./_problem.ts";

/** What is known of an object besides what is written in it. */
export interface PolicyObjectFrame {
  /** The version of its group. */
  readonly version: string;
  readonly name: ObjectName;
  readonly place: Place;
  readonly position: number;
}

/** What an object was read to. */
export interface ReadPolicyObject {
  /** `null` if there is a problem. */
  readonly object: PolicyKinds[PolicyKind] | null;
  readonly problems: readonly Problem[];
  /** What does nothing, although the object is as it has to be. */
  readonly notes: readonly Problem[];
}

/** Checks one object of a kind that is known and fills its defaults in. */
export function readPolicyObject(
  value: JsonObject,
  kind: PolicyKind,
  frame: PolicyObjectFrame,
): ReadPolicyObject {
  const row = POLICY_KINDS[kind];
  if (!row.versions.includes(frame.version)) {
    const what = `the version ${showValue(frame.version)} of this kind is not known`;
    return refused([{ path: ["apiVersion"], what, hint: `use ${policyApiVersion(kind)}` }]);
  }
  const parsed = safeParse(row.schema, value);
  const own = parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, value));
  const problems = [...checkMeta(value, row.namespaced), ...own];
  if (problems.length > 0 || !parsed.success) return refused(problems);
  const members = kind === "Connector" ? connectorMembers(value) : parsed.data as object;
  const object = { ...metaOf(value, frame.name, frame), ...members } as PolicyKinds[PolicyKind];
  return {
    object,
    problems,
    notes: kind === "HTTPProxy" ? endpointNotes(object as PolicyKinds["HTTPProxy"]) : [],
  };
}

function refused(problems: readonly Problem[]): ReadPolicyObject {
  return { object: null, problems, notes: [] };
}

function checkMeta(value: JsonObject, namespaced: boolean): Problem[] {
  const problems = checkPlainMetadata(value.metadata);
  if (problems.length > 0) return problems;
  const { name, namespace, generation } = value.metadata as JsonObject;
  const at = (member: string) => ["metadata", member];
  if (!isDnsSubdomain(String(name))) {
    const hint = "lower-case letters, digits, - and . are allowed, a letter or digit first and last";
    problems.push({ path: at("name"), what: `${showValue(name)} is not a name`, hint });
  }
  if (namespaced && namespace && !isDnsLabel(String(namespace))) {
    const what = `${showValue(namespace)} is not the name of a namespace`;
    problems.push({ path: at("namespace"), what, hint: "lower-case letters, digits and - are allowed" });
  }
  if (typeof generation === "number" && generation < 0) {
    problems.push({ path: at("generation"), what: `${generation} is out of range`, hint: "0 is the least" });
  }
  return problems;
}

function endpointNotes({ rules }: PolicyKinds["HTTPProxy"]): Problem[] {
  return rules.flatMap((backends, rule) =>
    backends.flatMap(({ connector, endpoint }, backend) => {
      const parsed = connector === null ? null : parseEndpoint(endpoint);
      if (typeof parsed !== "string") return [];
      const path = ["spec", "rules", rule, "backends", backend, "endpoint"];
      const what = endpoint === ""
        ? "a connector needs one"
        : `${showValue(withoutSecrets(endpoint))} is of no use: ${parsed}`;
      return [{
        path,
        what,
        hint: "write for instance http://host:8080; until then the rule has no connector",
      }];
    })
  );
}

/** A URL as it may be shown: the user and the query may hold a password or a token. */
function withoutSecrets(url: string): string {
  return url.replace(/^([^?#]*\/\/|)[^/?#]*@/, "$1…@").replace(/[?#][^]*$/, "?…");
}
