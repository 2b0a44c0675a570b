/**
 * What issuers do to traffic, step by step on one scene: while all is well, while one of them fails, and when certgate dies in
 * the midst of it.
 */
import assert from "node:assert/strict";
import { expectNothingRefused, promised } from "./_expect.ts";
import { GATEWAY_HOSTS, HEIR, type IssuanceScene, OWN, type Picture } from "./_issuance_scene.ts";
import { type Bed, type Certgate, type EnvoyAdmin, total, until } from "./harness/mod.ts";
import type { IssuanceState, IssuedPairStatus, IssueFailureKind } from "../../lib/model/mod.ts";

/** Where the steps happen. */
export interface Stage {
  readonly bed: Bed;
  readonly scene: IssuanceScene;
  readonly envoy: EnvoyAdmin;
  /** The one that runs now. */
  certgate: Certgate;
}

/** What status says of the pair of a host. */
async function pairOf({ certgate }: Stage, host: string): Promise<IssuedPairStatus> {
  const { issuance } = await certgate.status();
  const found = issuance?.pairs.find(({ dnsNames }) => dnsNames.includes(host));
  if (found === undefined) throw new Error(`The status has no issued pair for ${host}`);
  return found;
}

/** Waits until status says that the pair of a host failed in a way. */
async function untilFailed(stage: Stage, host: string, kind: IssueFailureKind): Promise<void> {
  await until(`the pair of ${host} failed as ${kind}`, async () => {
    const { state, failure, message } = await pairOf(stage, host);
    if (state === "Retrying" && failure === kind) return true;
    throw new Error(`${state} ${failure} ${message}`);
  }, { within: promised(30_000), every: 100 });
}

/** Waits until status says of the pair of a host how it stands, and with whom. */
async function untilState(stage: Stage, host: string, state: IssuanceState, issuer: string): Promise<void> {
  await until(`the pair of ${host} is ${state} by ${issuer}`, async () => {
    const found = await pairOf(stage, host);
    if (found.state === state && found.issuer === issuer) return true;
    throw new Error(`${found.state} by ${found.issuer} ${found.message}`);
  }, { within: promised(10_000), every: 100 });
}

/** From nothing: every host gets its pair from the issuer that its object names, or its Gateway. */
export async function issueAll(stage: Stage): Promise<void> {
  const { scene, envoy } = stage;
  await scene.untilUp();
  await scene.undisturbed(async () => {
    await Promise.all([
      ...[...GATEWAY_HOSTS, HEIR].map((host) => scene.untilIssued(host, "first")),
      scene.untilIssued(OWN, "second"),
    ]);
  }, { issued: false });
  assert.deepEqual([await scene.orders("first"), await scene.orders("second")], [3, 1]);
  await scene.untilNoProof();
  await expectNothingRefused(envoy, [scene.kept], []);
  await untilState(stage, OWN, "Issued", "ClusterIssuer/second");
  for (const host of [...GATEWAY_HOSTS, HEIR]) await untilState(stage, host, "Issued", "ClusterIssuer/first");
}

/** Kills certgate once something has happened, looks whether all hosts are as they were, and starts it again. */
async function killOnce(stage: Stage, what: string, hasHappened: () => Promise<boolean>, before: Picture) {
  const { bed, scene } = stage;
  await until(what, hasHappened, { within: promised(30_000), every: 5 });
  await stage.certgate.kill();
  await scene.othersAreAs(before);
  stage.certgate = await bed.startCertgate(undefined, { settings: scene.settings() });
}

/**
 * One annotation says another issuer, and certgate dies while its proof is published: the same order is gone on with, that host
 * gets another pair, and nobody else.
 */
export async function changeAnnotation(stage: Stage): Promise<void> {
  const { scene } = stage;
  const before = await scene.look();
  await scene.name("own", "first");
  await killOnce(stage, "a proof is published", () => scene.hasProof(), before);
  await scene.untilIssued(OWN, "first", before);
  await scene.othersAreAs(before, [OWN]);
  assert.deepEqual([await scene.orders("first"), await scene.orders("second")], [4, 1]);
}

/**
 * An issuer that is not there: the pair of another one goes on. When it is back, certgate dies while the certificate is made: it
 * is fetched after that, not made again.
 */
export async function loseIssuer(stage: Stage): Promise<void> {
  const { scene } = stage;
  await scene.server("second")[Symbol.asyncDispose]();
  const before = await scene.look();
  await scene.name("own", "second");
  await untilFailed(stage, OWN, "unreachable");
  await scene.othersAreAs(before);
  await scene.startServer("second");
  const [orders, made] = [await scene.orders("second"), await scene.requests("second")];
  const isMade = async () => await scene.requests("second") > made;
  await killOnce(stage, "the server has the certificate request", isMade, before);
  await scene.untilIssued(OWN, "second", before);
  await scene.othersAreAs(before, [OWN]);
  assert.deepEqual([await scene.orders("second"), await scene.requests("second")], [orders + 1, made + 1]);
  await scene.untilNoProof();
}

/**
 * An issuer that takes connections and says nothing, and one whose answer is no usable pair: once neither is wanted any more,
 * nothing has happened.
 */
export async function answerWrong(stage: Stage): Promise<void> {
  const { scene, certgate, envoy } = stage;
  const before = await scene.look();
  const orders = [await scene.orders("first"), await scene.orders("second")];
  scene.server("second").signal("SIGSTOP");
  await Promise.all([scene.name("own", "wrong"), scene.name("heir", "hasty")]);
  await Promise.all([untilFailed(stage, OWN, "badAnswer"), untilFailed(stage, HEIR, "late")]);
  await scene.othersAreAs(before);
  const samples = await certgate.metrics();
  for (const kind of ["badAnswer", "late"]) {
    assert.ok(total(samples, "certgate_issuance_failures_total", { kind }) >= 1);
  }
  await Promise.all([scene.name("own", "second"), scene.name("heir", null)]);
  await untilState(stage, OWN, "Issued", "ClusterIssuer/second");
  await untilState(stage, HEIR, "Issued", "ClusterIssuer/first");
  scene.server("second").signal("SIGCONT");
  await scene.othersAreAs(before);
  assert.deepEqual([await scene.orders("first"), await scene.orders("second")], orders);
  await expectNothingRefused(envoy, [scene.kept], []);
}
