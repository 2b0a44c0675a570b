import type { HttpChallenge } from "../model/mod.ts";
import type { AcmeChallenge } from "./acme_client.ts";
import { AcmeFailure } from "./acme_failure.ts";
import type { AcmeOrder, AcmeWork } from "./acme_order.ts";
import { toChallengeFailure } from "./acme_problem.ts";
import { type DnsRecord, presentRecord, removeRecord } from "./dns_challenge.ts";

/** An authorization (RFC 8555, 7.1.4). */
interface Authorization {
  readonly status: string;
  readonly identifier: { readonly type: string; readonly value: string };
  readonly challenges: readonly AcmeChallenge[];
}

/** A proof that was begun. */
interface Proof {
  readonly challenge: AcmeChallenge;
  /** @param signal Ends it, also when another proof cannot be given. */
  readonly present: (signal: AbortSignal) => Promise<void>;
  readonly withdraw: () => Promise<void>;
}

/**
 * Proves control over every name of an order that the server does not know of yet.
 *
 * Every proof is in its place before the server is told of the first; each is taken back, whatever happens.
 *
 * @param wait Waits until the order is not pending any more.
 * @returns The order, which is not pending any more.
 * @throws {AcmeFailure}
 */
export async function authorize(
  work: AcmeWork,
  order: AcmeOrder,
  wait: () => Promise<AcmeOrder>,
): Promise<AcmeOrder> {
  const proofs: Proof[] = [];
  try {
    for (const authorization of await readAll(work, order)) {
      if (authorization.status !== "valid") proofs.push(await toProof(work, authorization));
    }
    await presentAll(work, proofs);
    for (const { challenge } of proofs) {
      if (challenge.status !== "valid") await work.client.post(challenge.url, {});
    }
    const done = await wait();
    if (done.status === "invalid") throw await whyInvalid(work, done);
    return done;
  } finally {
    await Promise.all(proofs.map(({ withdraw }) => withdraw()));
  }
}

// A server limits requests at a time; an order may have a hundred names.
const AT_A_TIME = 4;

async function readAll({ client }: AcmeWork, { authorizations }: AcmeOrder): Promise<Authorization[]> {
  const all: Authorization[] = [];
  for (let at = 0; at < authorizations.length; at += AT_A_TIME) {
    const some = authorizations.slice(at, at + AT_A_TIME);
    const answers = await Promise.all(some.map((url) => client.post(url, null)));
    all.push(...answers.map(({ data }) => data as Authorization));
  }
  return all;
}

async function toProof(work: AcmeWork, authorization: Authorization): Promise<Proof> {
  const { identifier, challenges, status } = authorization;
  if (status !== "pending") {
    throw toChallengeFailure(identifier.value, challenges.find(({ error }) => error !== undefined)?.error);
  }
  const { dns01 } = work.config;
  const type = dns01 === undefined || identifier.type === "ip" ? "http-01" : "dns-01";
  const challenge = challenges.find((each) => each.type === type);
  if (challenge === undefined) {
    throw new AcmeFailure(
      "challenge",
      `Cannot prove control over "${identifier.value}": no ${type} is offered`,
    );
  }
  const answer = await work.client.keyAuthorization(challenge);
  return type === "dns-01"
    ? overDns(work, challenge, { domain: identifier.value, value: answer })
    : overHttp(work, challenge, identifier.value, answer);
}

function overHttp(work: AcmeWork, challenge: AcmeChallenge, hostname: string, answer: string): Proof {
  const { parts, request } = work;
  const { namespace, name } = request.intent.owner;
  const proof: HttpChallenge = {
    hostname,
    token: challenge.token,
    keyAuthorization: answer,
    owner: `${namespace}/${name}`,
  };
  let presented = false;
  return {
    challenge,
    async present(signal) {
      presented = true;
      const why = await parts.challenges.present(proof, signal);
      if (why === null) return;
      const kind = work.signal.aborted ? "late" : "challenge";
      throw new AcmeFailure(kind, `Cannot prove control over "${hostname}": ${why}`);
    },
    withdraw() {
      if (presented) parts.challenges.withdraw(proof);
      return Promise.resolve();
    },
  };
}

function overDns(work: AcmeWork, challenge: AcmeChallenge, record: DnsRecord): Proof {
  const { config, parts } = work;
  let presented = false;
  return {
    challenge,
    async present(signal) {
      // Also if it fails: it may be half done.
      presented = true;
      await presentRecord(config.dns01!, record, signal);
    },
    async withdraw() {
      if (!presented) return;
      const problem = await removeRecord(config.dns01!, record);
      if (problem !== null) {
        parts.log.warn("a DNS record of a proof was not taken away", { name: record.domain, problem });
      }
    },
  };
}

/** Over HTTP all at once: they are published together. Records one by one: the program need not know of a second self. */
async function presentAll({ config, signal }: AcmeWork, proofs: readonly Proof[]): Promise<void> {
  if (config.dns01 !== undefined) {
    for (const { present } of proofs) await present(signal);
    return;
  }
  // One that cannot be answered is the end of the order; nobody waits for the others then.
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const all = proofs.map(({ present }) =>
    present(until).catch((error) => {
      if (!failed.signal.aborted) failed.abort(error);
    })
  );
  await Promise.all(all);
  if (failed.signal.aborted) throw failed.signal.reason;
}

/** What was wrong with which name. */
async function whyInvalid(work: AcmeWork, order: AcmeOrder): Promise<AcmeFailure> {
  for (const { identifier, challenges, status } of await readAll(work, order)) {
    const problem = challenges.find(({ error }) => error !== undefined)?.error;
    if (status !== "valid" && problem !== undefined) return toChallengeFailure(identifier.value, problem);
  }
  const names = work.request.intent.dnsNames.join(", ");
  return toChallengeFailure(names, order.error);
}
