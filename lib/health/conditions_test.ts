import assert from "node:assert/strict";
import {
  CAUSES,
  LISTENER_PROBLEMS,
  type ListenerProblem,
  type ListenerSecret,
  type ListenerState,
  type Reason,
  REASONS,
  WITHHOLDING_REASONS,
} from "../model/mod.ts";
import { certificateReady, certificatesReady, listenerConditions } from "./conditions.ts";
import { describe } from "./describe.ts";
import { verdictOf } from "./judge.ts";

const HOST = "a.example.com";

function secretOf(reason: Reason, parts: Partial<ListenerSecret> = {}): ListenerSecret {
  const cause = (Object.keys(CAUSES) as (keyof typeof CAUSES)[]).find((one) =>
    CAUSES[one].reason === reason
  )!;
  const verdict = verdictOf(reason === "Usable" ? "serve" : "withhold", cause);
  const serving = reason === "Usable" ? "current" : null;
  const rest = { serial: null, notAfter: null, neverGate: false, names: [], warnings: [] };
  return { namespace: "default", name: "a", verdict, serving, ...rest, ...parts };
}

function stateOf(reason: Reason, parts: Partial<ListenerState> = {}): ListenerState {
  const secret = secretOf(reason);
  const gateway = { namespace: "default", name: "edge" };
  return {
    gateway,
    owner: { kind: "Gateway", ...gateway },
    name: "a",
    place: { file: "a.yaml", line: 1, column: 1 },
    protocol: "HTTPS",
    port: 443,
    hostname: HOST,
    published: reason === "Usable" ? { ...gateway, listener: "a" } : null,
    managed: true,
    secrets: [secret],
    problem: null,
    reason,
    cause: secret.verdict.cause,
    message: describe(HOST, secret.verdict, { notBefore: 0, notAfter: 0 }),
    detail: "",
    ...parts,
  };
}

function problemOf(problem: ListenerProblem): ListenerState {
  return stateOf("Expired", { problem, reason: "Usable", message: `${HOST} is not served: words.` });
}

const shown = (state: ListenerState, delivery: Parameters<typeof listenerConditions>[1] = "served") =>
  listenerConditions(state, delivery).map(({ type, status, reason }) => `${type} ${status} ${reason}`);

Deno.test("listenerConditions() holds for a listener that is served, or that nobody can be asked about", () => {
  const all = ["Accepted True Accepted", "ResolvedRefs True ResolvedRefs", "Programmed True Programmed"];
  assert.deepEqual(shown(stateOf("Usable"), "served"), all);
  assert.deepEqual(shown(stateOf("Usable"), "unknown"), all);
});

Deno.test("listenerConditions() says the same of every certificate that withholds, and Accepted stays true", () => {
  assert.ok(WITHHOLDING_REASONS.length >= 7);
  for (const reason of WITHHOLDING_REASONS) {
    const state = stateOf(reason);
    assert.deepEqual(shown(state), [
      "Accepted True Accepted",
      "ResolvedRefs False InvalidCertificateRef",
      "Programmed False Invalid",
    ], reason);
    const [accepted, resolvedRefs, programmed] = listenerConditions(state, "withheld");
    assert.equal(accepted.message, "");
    assert.ok(state.message.includes(HOST));
    assert.deepEqual([resolvedRefs.message, programmed.message], [state.message, state.message]);
  }
});

Deno.test("listenerConditions() lets a problem of the hostname outrank the certificate", () => {
  for (const problem of ["UnverifiedHostnamesPresent", "HostnameInUse"] as const) {
    assert.deepEqual(shown(problemOf(problem)), [
      `Accepted False ${problem}`,
      "ResolvedRefs True ResolvedRefs",
      `Programmed False ${problem}`,
    ]);
  }
});

Deno.test("listenerConditions() uses the words of the Gateway API for the other problems", () => {
  const accepted = (problem: ListenerProblem) => shown(problemOf(problem))[0];
  assert.equal(accepted("Conflicted"), "Accepted False HostnameConflict");
  assert.equal(accepted("ProtocolConflict"), "Accepted False ProtocolConflict");
  assert.equal(accepted("NotAllowed"), "Accepted False NotAllowed");
  assert.equal(accepted("NoParent"), "Accepted False ParentNotAccepted");
  assert.equal(accepted("TooManyListeners"), "Accepted False TooManyListeners");
  assert.deepEqual(shown(problemOf("RefNotPermitted")), [
    "Accepted True Accepted",
    "ResolvedRefs False RefNotPermitted",
    "Programmed False Invalid",
  ]);
});

Deno.test("listenerConditions() calls nothing programmed that has a problem, and says why", () => {
  for (const problem of LISTENER_PROBLEMS) {
    const programmed = listenerConditions(problemOf(problem), "unknown")[2];
    assert.equal(programmed.status, "False", problem);
    assert.ok(programmed.message.includes(HOST), problem);
  }
});

Deno.test("listenerConditions() waits for Envoy", () => {
  const [, , waiting] = listenerConditions(stateOf("Usable"), "waiting");
  assert.deepEqual(waiting, {
    type: "Programmed",
    status: "False",
    reason: "Pending",
    message: "The proxy has not taken over a.example.com yet.",
  });
  const [accepted, resolvedRefs, withheld] = listenerConditions(stateOf("Usable"), "withheld");
  assert.deepEqual([accepted.status, resolvedRefs.status, withheld.status, withheld.reason], [
    "True",
    "True",
    "False",
    "Invalid",
  ]);
});

Deno.test("certificateReady() tells what failed from what has not come yet", () => {
  const ready = (reason: Reason) => {
    const { status, reason: why } = certificateReady(HOST, [stateOf(reason)]);
    return `${status} ${why}`;
  };
  const table = Object.fromEntries(REASONS.map((reason) => [reason, ready(reason)]));
  assert.deepEqual(table, {
    Usable: "True CertificateIssued",
    Expired: "False ProvisioningFailed",
    NotYetValid: "False Pending",
    KeyMismatch: "False ProvisioningFailed",
    Missing: "False Pending",
    Unreadable: "False ProvisioningFailed",
    Unsupported: "False ProvisioningFailed",
    Pending: "False Pending",
    NotJudged: "Unknown Pending",
  });
});

Deno.test("certificateReady() is true for what a shared certificate covers", () => {
  const secrets = [secretOf("Expired", { neverGate: true, serving: "current" })];
  const { status, reason } = certificateReady(HOST, [stateOf("Expired", { secrets })]);
  assert.deepEqual([status, reason], ["True", "CertificateIssued"]);
});

Deno.test("certificateReady() is pending where no listener ends HTTPS for the name", () => {
  const { status, reason, message } = certificateReady(HOST, [stateOf("Usable", { managed: false })]);
  assert.deepEqual([status, reason], ["False", "Pending"]);
  assert.ok(message.includes(HOST));
});

Deno.test("certificateReady() speaks of the certificate also where the hostname is the problem", () => {
  const { status, reason } = certificateReady(HOST, [problemOf("HostnameInUse")]);
  assert.deepEqual([status, reason], ["False", "ProvisioningFailed"]);
});

Deno.test("certificateReady() is not for those who ask for a hostname that another listener has", () => {
  const loser = problemOf("Conflicted");
  assert.equal(certificateReady(HOST, [stateOf("Usable"), loser]).status, "True");
  assert.equal(certificatesReady([stateOf("Usable"), loser])?.status, "True");
  const owner = stateOf("Expired", { message: `${HOST} has run out.` });
  assert.equal(certificateReady(HOST, [loser, owner]).message, `${HOST} has run out.`);
  const other = { ...loser, hostname: "b.example.com" };
  assert.equal(certificatesReady([stateOf("Usable"), other])?.status, "False", "nobody has that one");
});

Deno.test("certificatesReady() is the worst of all hostnames", () => {
  const all = (...reasons: Reason[]) => certificatesReady(reasons.map((reason) => stateOf(reason)))?.reason;
  assert.equal(all("Usable", "Usable"), "AllCertificatesReady");
  assert.equal(all("Usable", "Missing"), "CertificatesPending");
  assert.equal(all("Missing", "Expired", "Usable"), "CertificatesFailed");
  assert.equal(certificatesReady([stateOf("Usable", { managed: false })]), null);
  assert.equal(certificatesReady([]), null);
});

Deno.test("certificatesReady() says a few sentences at most", () => {
  const states = [1, 2, 3, 4, 5].map((number) => stateOf("Missing", { message: `Host ${number} is off.` }));
  const condition = certificatesReady([...states, stateOf("Usable")]);
  assert.equal(condition?.message, "Host 1 is off. Host 2 is off. Host 3 is off. The same goes for 2 more.");
});
