import assert from "node:assert/strict";
import { indexOf, policy } from "./_test_set.ts";

const directives = (...spec: string[]) =>
  indexOf(policy("name: p", ["Gateway/g"], ...spec), { baseDirectives: ["Include @one", "Include @two"] })
    .policies[0].entry.directives;
const ruleSet = (text: string) => ["ruleSets:", "- type: OWASPCoreRuleSet", `  owaspCoreRuleSet: ${text}`];

Deno.test("makePolicyIndex() fills the defaults of a policy in", () => {
  assert.deepEqual(directives(), [
    "Include @one",
    "Include @two",
    "SecRuleEngine DetectionOnly",
    'SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=5,setvar:tx.outbound_anomaly_score_threshold=4"',
    "SecAction \"id:900000,phase:1,pass,t:none,nolog,tag:'OWASP_CRS',setvar:tx.blocking_paranoia_level=1\"",
    "SecAction \"id:900001,phase:1,pass,t:none,nolog,tag:'OWASP_CRS',setvar:tx.detection_paranoia_level=1\"",
    "Include @owasp_crs/*.conf",
  ]);
});

Deno.test("makePolicyIndex() puts everything that a policy says into directives, in order", () => {
  const said = directives(
    "mode: Enforce",
    "samplingPercentage: 99",
    ...ruleSet(
      "{paranoiaLevels: {blocking: 2, detection: 4}, scoreThresholds: {inbound: 10000, outbound: 1}, " +
        "ruleExclusions: {idRanges: [1-2, 942100-942199], ids: [942100, 1], tags: [attack-sqli, OWASP_CRS/x]}}",
    ),
  );
  assert.deepEqual(said.slice(2), [
    "SecRuleEngine On",
    'SecAction "id:900110,phase:1,nolog,pass,t:none,setvar:tx.inbound_anomaly_score_threshold=10000,setvar:tx.outbound_anomaly_score_threshold=1"',
    "SecAction \"id:900000,phase:1,pass,t:none,nolog,tag:'OWASP_CRS',setvar:tx.blocking_paranoia_level=2\"",
    "SecAction \"id:900001,phase:1,pass,t:none,nolog,tag:'OWASP_CRS',setvar:tx.detection_paranoia_level=4\"",
    'SecAction "id:900400,phase:1,pass,nolog,setvar:tx.sampling_percentage=99"',
    "Include @owasp_crs/*.conf",
    'SecRuleRemoveByTag "attack-sqli"',
    'SecRuleRemoveByTag "OWASP_CRS/x"',
    "SecRuleRemoveById 942100",
    "SecRuleRemoveById 1",
    'SecRuleRemoveById "1-2"',
    'SecRuleRemoveById "942100-942199"',
  ]);
});

Deno.test("makePolicyIndex() switches the engine as the mode says", () => {
  const engine = (mode: string) => directives(`mode: ${mode}`)[2];
  assert.deepEqual(["Observe", "Enforce", "Disabled"].map(engine), [
    "SecRuleEngine DetectionOnly",
    "SecRuleEngine On",
    "SecRuleEngine Off",
  ]);
});

Deno.test("makePolicyIndex() samples only below 100 percent", () => {
  const samples = (percentage: number) =>
    directives(`samplingPercentage: ${percentage}`).filter((one) => one.includes("900400")).length;
  assert.deepEqual([1, 99, 100].map(samples), [1, 1, 0]);
});

Deno.test("makePolicyIndex() makes no directives of inverted paranoia levels", () => {
  assert.deepEqual(directives(...ruleSet("{paranoiaLevels: {blocking: 2}}")), []);
  assert.deepEqual(directives(...ruleSet("{paranoiaLevels: {blocking: 4, detection: 3}}")), []);
  assert.notDeepEqual(directives(...ruleSet("{paranoiaLevels: {blocking: 4, detection: 4}}")), []);
});
