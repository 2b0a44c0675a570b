import type { AcmeAnswer } from "./acme_transport.ts";
import { hostOf } from "./acme_transport.ts";
import { authorize } from "./acme_authorize.ts";
import { AcmeFailure } from "./acme_failure.ts";
import { type AcmeIdentifier, identifiersOf, identifierText } from "./acme_identifiers.ts";
import { pause } from "./acme_pause.ts";
import { readRetryAfter, toChallengeFailure } from "./acme_problem.ts";
import { type AcmeProgress, digestOf, readProgress, writeProgress } from "./acme_progress.ts";
import type { AcmeConfig, AcmeVisit } from "./acme_server.ts";
import type { IssueRequest, IssuerParts } from "./issuer.ts";
import { certificateId } from "./renewal_info.ts";

/** An order (RFC 8555, 7.1.3). */
export interface AcmeOrder {
  readonly status: string;
  readonly authorizations: readonly string[];
  readonly finalize: string;
  readonly certificate?: string;
  readonly error?: unknown;
}

/** One attempt to get one certificate. */
export interface AcmeWork extends AcmeVisit {
  readonly config: AcmeConfig;
  readonly parts: IssuerParts;
  readonly request: IssueRequest;
  readonly signal: AbortSignal;
}

/**
 * Gets a certificate: goes on with the order of an earlier attempt if it can still come to the certificate of this
 * request, else makes one.
 *
 * @returns The chain as PEM.
 * @throws {AcmeFailure}
 */
export async function obtain(work: AcmeWork): Promise<string> {
  const { url, order } = await resume(work) ?? await begin(work);
  const ready = order.status === "pending" ? await prove(work, url, order) : order;
  const valid = await finalize(work, url, ready);
  if (valid.certificate === undefined) throw useless(work, "a valid order has no certificate");
  return await work.client.download(valid.certificate, work.config.preferredChain ?? null);
}

interface Placed {
  readonly url: string;
  readonly order: AcmeOrder;
}

/** The order of an earlier attempt; `null` if there is none that is of use. */
async function resume(work: AcmeWork): Promise<Placed | null> {
  const { client, account, request, parts } = work;
  const progress = readProgress(request.progress);
  const wanted = identifiersOf(request.intent).map(identifierText);
  if (progress === null || progress.account !== account) return null;
  if (progress.identifiers.join() !== wanted.join()) return null;
  const order = await client.post(progress.order, null).then(({ data }) => data as AcmeOrder, (error) => {
    // A server forgets orders after some days; whatever else is wrong would be wrong with a new one as well.
    if (error instanceof AcmeFailure && error.failure.kind === "refused") return null;
    throw error;
  });
  if (order === null || !Array.isArray(order.authorizations)) return null;
  const finalized = order.status === "processing" || order.status === "valid";
  const mine = progress.finalized === await digestOf(request.request);
  if (!["pending", "ready"].includes(order.status) && !(finalized && mine)) return null;
  parts.log.info("goes on with the order of an earlier attempt", { order: progress.order });
  return { url: progress.order, order };
}

async function begin(work: AcmeWork): Promise<Placed> {
  const { request, directory, config, client } = work;
  const identifiers = identifiersOf(request.intent);
  checkNames(work, identifiers);
  checkProfile(work);
  const replaces = request.previous !== null && config.renewalInfo && directory.renewalInfo !== undefined
    ? await certificateId(request.previous)
    : null;
  const payload = { identifiers, ...(config.profile === undefined ? {} : { profile: config.profile }) };
  const answer = replaces === null
    ? await client.newOrder(payload)
    : await client.newOrder({ ...payload, replaces }).catch((error) => {
      if (!isAboutReplacing(error)) throw error;
      return client.newOrder(payload);
    });
  const url = answer.headers["location"];
  const order = answer.data as AcmeOrder;
  if (url === undefined || !Array.isArray(order.authorizations)) {
    throw useless(work, "an order has no address");
  }
  await keep(work, {
    order: url,
    account: work.account,
    identifiers: identifiers.map(identifierText),
    finalized: null,
  });
  return { url, order };
}

// Of these another order would hear the same.
const NOT_ABOUT_REPLACING = [
  "",
  "accountDoesNotExist",
  "badNonce",
  "externalAccountRequired",
  "rateLimited",
  "userActionRequired",
];

/**
 * That it replaces another one earns a renewal better limits, and is nothing to do without a certificate for: the other
 * one may be of another account, unknown, or replaced already (RFC 9773, 5). Servers say that in several ways.
 */
function isAboutReplacing(error: unknown): boolean {
  return error instanceof AcmeFailure && !NOT_ABOUT_REPLACING.includes(error.problem);
}

function checkNames({ request, config }: AcmeWork, identifiers: readonly AcmeIdentifier[]): void {
  if (request.intent.emailAddresses.length > 0) {
    throw new AcmeFailure(
      "refused",
      "Cannot ask for addresses of e-mail: ACME has hostnames and addresses only",
    );
  }
  const wildcard = identifiers.find(({ value }) => value.startsWith("*."));
  if (wildcard !== undefined && config.dns01 === undefined) {
    const why = "a wildcard needs a DNS record, and the issuer has no dns01";
    throw new AcmeFailure("challenge", `Cannot prove control over "${wildcard.value}": ${why}`);
  }
}

function checkProfile({ config: { profile, server }, directory }: AcmeWork): void {
  if (profile === undefined) return;
  const offered = Object.keys(directory.meta?.profiles ?? {});
  if (offered.includes(profile)) return;
  const why = offered.length === 0 ? "it has no profiles" : `it has ${offered.slice(0, 10).join(", ")}`;
  throw new AcmeFailure("broken", `Cannot ask "${hostOf(server)}" for the profile "${profile}": ${why}`);
}

async function prove(work: AcmeWork, url: string, order: AcmeOrder): Promise<AcmeOrder> {
  return await authorize(work, order, () => settled(work, url, "pending"));
}

/** Sends the request, unless that has been done, and waits for the certificate. */
async function finalize(work: AcmeWork, url: string, order: AcmeOrder): Promise<AcmeOrder> {
  if (order.status === "valid") return order;
  if (order.status === "ready") {
    const { request } = work.request;
    const identifiers = identifiersOf(work.request.intent).map(identifierText);
    // Before it is sent: a crash in between must not leave a certificate that nobody knows the request of.
    const finalized = await digestOf(request);
    await keep(work, { order: url, account: work.account, identifiers, finalized });
    await work.client.post(order.finalize, { csr: bodyOf(request) });
  }
  const done = await settled(work, url, "processing", "ready");
  if (done.status !== "valid") throw toChallengeFailure(namesOf(work), done.error);
  return done;
}

/** Asks for the order until it is something else; as often as the server wants, but not all the time. */
async function settled(work: AcmeWork, url: string, ...until: string[]): Promise<AcmeOrder> {
  const { client, signal, parts, config } = work;
  for (let wait = 250;; wait = Math.min(wait * 1.5, 5000)) {
    const answer: AcmeAnswer = await client.post(url, null);
    const order = answer.data as AcmeOrder;
    if (!until.includes(order.status)) return order;
    const now = parts.clock();
    const wished = readRetryAfter(answer, now);
    await pause(wished === null ? wait : Math.max(wished - now, 250), signal);
    if (signal.aborted) {
      throw new AcmeFailure(
        "late",
        `Cannot wait for "${hostOf(config.server)}": the order is ${order.status}`,
      );
    }
  }
}

async function keep({ request }: AcmeWork, progress: AcmeProgress): Promise<void> {
  await request.onProgress?.(writeProgress(progress));
}

const namesOf = ({ request }: AcmeWork) => identifiersOf(request.intent).map(({ value }) => value).join(", ");

function useless({ config }: AcmeWork, why: string): AcmeFailure {
  return new AcmeFailure("badAnswer", `Cannot use an answer of "${hostOf(config.server)}": ${why}`);
}

/** The bytes of a certificate request as they are sent. */
function bodyOf(pem: Uint8Array): string {
  const body = new TextDecoder().decode(pem).replace(/-----[^-]+-----/g, "").replace(/\s/g, "");
  return body.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
