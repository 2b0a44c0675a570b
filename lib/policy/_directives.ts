import type { TrafficProtectionPolicy } from "../model/mod.ts";

const ENGINE = { Enforce: "On", Disabled: "Off", Observe: "DetectionOnly" } as const;

/** Whether requests would be blocked by rules that are not even looked at. */
export function isInverted({ ruleSet }: TrafficProtectionPolicy): boolean {
  return ruleSet !== null && ruleSet.detection < ruleSet.blocking;
}

/**
 * What Coraza is told for a policy, in order. The numbers of the actions are those of crs-setup.conf of the OWASP Core Rule
 * Set, and what they set has to be set before its rules are included.
 *
 * @returns Empty where there is nothing to switch on.
 */
export function directivesOf(policy: TrafficProtectionPolicy, base: readonly string[]): string[] {
  const { mode, samplingPercentage, ruleSet } = policy;
  if (ruleSet === null || isInverted(policy)) return [];
  const { blocking, detection, inbound, outbound, tags, ids, idRanges } = ruleSet;
  const level = (id: number, variable: string, value: number) =>
    `SecAction "id:${id},phase:1,pass,t:none,nolog,tag:'OWASP_CRS',setvar:tx.${variable}=${value}"`;
  return [
    ...base,
    `SecRuleEngine ${ENGINE[mode]}`,
    `SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=${inbound},` +
    `setvar:tx.outbound_anomaly_score_threshold=${outbound}"`,
    level(900000, "blocking_paranoia_level", blocking),
    level(900001, "detection_paranoia_level", detection),
    ...(samplingPercentage > 0 && samplingPercentage < 100
      ? [`SecAction "id:900400,phase:1,pass,nolog,setvar:tx.sampling_percentage=${samplingPercentage}"`]
      : []),
    "Include @owasp_crs/*.conf",
    ...tags.map((tag) => `SecRuleRemoveByTag "${tag}"`),
    ...ids.map((id) => `SecRuleRemoveById ${id}`),
    ...idRanges.map((range) => `SecRuleRemoveById "${range}"`),
  ];
}
