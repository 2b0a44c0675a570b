import { type Blame, type Plan, SDS_CLUSTER, type Step } from "../model/mod.ts";
import type { Change } from "./change.ts";

/** What pruning changes, in the order of its plan. */
export function pruneChanges({ steps }: Plan): Change[] {
  return steps.map((step) => ({
    ...describeStep(step),
    part: "",
    was: "",
    now: "",
    why: "blame" in step ? step.blame.map(describeWhy) : [],
    mutation: "prune",
  }));
}

function describeStep(step: Step): Pick<Change, "resource" | "sign" | "what"> {
  switch (step.kind) {
    case "drop_chain":
    case "refuse_chain":
    case "add_refusing_chain":
    case "drop_certificate":
    case "filter_chain_trust":
    case "drop_listener":
    case "park_listener":
    case "ask_sds":
    case "set_alpn":
      return { resource: `listener ${step.listenerName}`, ...describeListenerStep(step) };
    case "drop_secret":
      return { resource: `secret ${step.name}`, sign: "removed", what: "the secret" };
    case "neutralise_secret": {
      const what = `a throwaway ${step.as} that nobody trusts in its place`;
      return { resource: `secret ${step.name}`, sign: "changed", what };
    }
    case "filter_secret":
      return { resource: `secret ${step.name}`, sign: "changed", what: "CAs without those out of date" };
    case "add_secret": {
      const what = `a throwaway ${step.as}, because a cluster refers to the name`;
      return { resource: `secret ${step.name}`, sign: "added", what };
    }
    case "neutralise_cluster": {
      const what = "a throwaway in place of the inline certificate or CA";
      return { resource: `cluster ${step.clusterName}`, sign: "changed", what };
    }
    case "filter_cluster_trust":
      return {
        resource: `cluster ${step.clusterName}`,
        sign: "changed",
        what: "inline CAs without those out of date",
      };
    case "ask_sds_upstream":
      return { resource: `cluster ${step.clusterName}`, sign: "changed", what: asksFor(step.name) };
    case "deliver_secret":
      return {
        resource: `secret ${step.name}`,
        sign: "removed",
        what: "the placeholder; certgate delivers it",
      };
    case "fill_secret": {
      const what = "the pair in place of its placeholder, because Envoy cannot ask certgate";
      return { resource: `secret ${step.name}`, sign: "changed", what };
    }
    case "add_cluster":
      return {
        resource: `cluster ${SDS_CLUSTER}`,
        sign: "added",
        what: "the cluster that leads to certgate's SDS server",
      };
  }
}

function describeListenerStep(
  step: Extract<Step, { readonly listenerName: string }>,
): Pick<Change, "sign" | "what"> {
  switch (step.kind) {
    case "drop_chain":
      return { sign: "removed", what: `chain ${step.chainName || step.chain}` };
    case "refuse_chain":
      return {
        sign: "changed",
        what: `chain ${step.chainName || step.chain}: closes the connection, no certificate`,
      };
    case "add_refusing_chain":
      return {
        sign: "added",
        what: "a chain that closes the connection, for names that the gate leaves out",
      };
    case "drop_certificate": {
      const chain = `${step.chainName || step.chain}`;
      return {
        sign: "removed",
        what: `certificate ${step.certificate + 1} (${step.from}) of chain ${chain}`,
      };
    }
    case "filter_chain_trust":
      return {
        sign: "changed",
        what: `chain ${step.chainName || step.chain}: client CAs without those out of date`,
      };
    case "drop_listener":
      return { sign: "removed", what: "the whole listener" };
    case "park_listener":
      return { sign: "changed", what: "every chain: parked on a throwaway certificate" };
    case "ask_sds":
      return { sign: "changed", what: `chain ${step.chainName || step.chain}: ${asksFor(step.name)}` };
    case "set_alpn":
      return {
        sign: "changed",
        what: `chain ${step.chainName || step.chain}: offers ${step.protocols.join(", ")}`,
      };
  }
}

function asksFor(name: string): string {
  return `asks certgate for "${name}"`;
}

function describeWhy({ hostnames, secret, verdict }: Blame): string {
  const who = hostnames.length > 0 ? `${hostnames.join(", ")}: ` : "";
  const detail = verdict.detail ? ` (${verdict.detail})` : "";
  return `${who}${secret} ${verdict.reason} ${verdict.cause}${detail}`;
}
