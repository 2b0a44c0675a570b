import { Buffer } from "node:buffer";
import type { KeyMaterial } from "../model/mod.ts";
import { AcmeFailure } from "./acme_failure.ts";
import { readProblem, toFailure } from "./acme_problem.ts";
import { type AcmeAnswer, type AcmeTransport, hostOf } from "./acme_transport.ts";

/** What a directory offers (RFC 8555, 7.1.1; RFC 9773, 3). */
export interface AcmeDirectory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
  readonly renewalInfo?: string;
  readonly meta?: {
    readonly externalAccountRequired?: boolean;
    readonly profiles?: Readonly<Record<string, string>>;
  };
}

/** A proof that the server offers. */
export interface AcmeChallenge {
  readonly type: string;
  readonly url: string;
  readonly token: string;
  readonly status: string;
  readonly error?: unknown;
}

/** External account binding (RFC 8555, 7.3.4). */
export interface AcmeBinding {
  readonly keyId: string;
  readonly key: KeyMaterial;
}

/** The steps of the protocol that the library signs, numbers and repeats. Each throws {@linkcode AcmeFailure}. */
export interface AcmeClient {
  /** Makes the account of the key, or finds it; its URL. */
  register(contact: readonly string[]): Promise<string>;
  newOrder(payload: Readonly<Record<string, unknown>>): Promise<AcmeAnswer>;
  /** `null` only reads (POST-as-GET). */
  post(url: string, payload: Readonly<Record<string, unknown>> | null): Promise<AcmeAnswer>;
  /** What proves control: the body over HTTP, or the digest of it in a DNS record. */
  keyAuthorization(challenge: AcmeChallenge): Promise<string>;
  /** The chain whose root is called `preferred`, if there is one. */
  download(url: string, preferred: string | null): Promise<string>;
}

/** What a client works with. */
export interface AcmeClientParts {
  readonly server: string;
  readonly directory: AcmeDirectory;
  readonly transport: AcmeTransport;
  readonly key: KeyMaterial;
  readonly accountUrl: string | null;
  readonly binding: AcmeBinding | null;
  /** Numbers that the server has handed out and nobody has used; shared by the clients of a server. */
  readonly nonces: string[];
  readonly clock: () => number;
  readonly signal: AbortSignal;
}

/** What is used of the library, inner parts among it: it has no types for them (docs/adr/0013-acme-library.md). */
interface Library {
  readonly http: {
    maxBadNonceRetries: number;
    request: (url: string, method: string, options?: { data?: unknown }) => Promise<AcmeAnswer>;
    getDirectory: () => Promise<AcmeDirectory>;
  };
  readonly api: {
    createAccount(data: unknown): Promise<AcmeAnswer>;
    createOrder(data: unknown): Promise<AcmeAnswer>;
    apiRequest(url: string, payload: unknown, statuses: number[]): Promise<AcmeAnswer>;
  };
  getAccountUrl(): string;
  getChallengeKeyAuthorization(challenge: AcmeChallenge): Promise<string>;
  getCertificate(order: unknown, preferred: string | null): Promise<string>;
}
type MakeLibrary = new (options: Record<string, unknown>) => Library;

/** Opens a client for one attempt. The library takes a third of a second to load, and is loaded here. */
export async function openAcmeClient(parts: AcmeClientParts): Promise<AcmeClient> {
  const { default: Client } = await import("acme-client/src/client.js") as { default: MakeLibrary };
  const { binding } = parts;
  const library = new Client({
    directoryUrl: parts.server,
    accountKey: Buffer.from(parts.key.open()),
    accountUrl: parts.accountUrl,
    externalAccountBinding: binding === null
      ? {}
      : { kid: binding.keyId, hmacKey: new TextDecoder().decode(binding.key.open()) },
  });
  library.http.getDirectory = () => Promise.resolve(parts.directory);
  library.http.maxBadNonceRetries = MOST_BAD_NONCES;
  library.http.request = makeRequest(parts);
  return {
    async register(contact) {
      await library.api.createAccount({
        termsOfServiceAgreed: true,
        ...(contact.length > 0 ? { contact } : {}),
      });
      return inWords(parts.server, () => library.getAccountUrl());
    },
    newOrder: (payload) => inWords(parts.server, () => library.api.createOrder(payload)),
    post: (url, payload) => inWords(parts.server, () => library.api.apiRequest(url, payload, [200])),
    keyAuthorization: (challenge) => library.getChallengeKeyAuthorization(challenge),
    download: (url, preferred) =>
      inWords(parts.server, () => library.getCertificate({ status: "valid", certificate: url }, preferred)),
  };
}

// As many as there may be requests at a time; a number that lay too long costs one more request.
const MOST_NONCES = 8;
// A server behind several machines may not know the numbers of the others: one in five was tried with the real one.
const MOST_BAD_NONCES = 10;

/**
 * The one door of the library to the network: with the time that is left, and with errors that still say their type and
 * when to come back, both of which the library would drop. It repeats requests itself whose number was not taken.
 */
function makeRequest({ transport, nonces, directory, server, clock, signal }: AcmeClientParts) {
  let bad = 0;
  return async (url: string, method: string, { data }: { data?: unknown } = {}): Promise<AcmeAnswer> => {
    if (url === directory.newNonce && nonces.length > 0) {
      return { status: 200, headers: { "replay-nonce": nonces.pop()! }, data: "" };
    }
    const answer = await transport.ask(url, {
      method: method.toUpperCase() as "GET" | "HEAD" | "POST",
      body: data === undefined ? undefined : JSON.stringify(data),
      signal,
    });
    const refused = readProblem(answer.data).type === "badNonce";
    bad = refused ? bad + 1 : 0;
    // The number of such an answer is used by the library at once; a number cannot be used twice.
    if (refused && bad <= MOST_BAD_NONCES) return answer;
    const nonce = url === directory.newNonce ? undefined : answer.headers["replay-nonce"];
    if (nonce && nonces.length < MOST_NONCES) nonces.push(nonce);
    if (answer.status >= 400) throw toFailure(answer, hostOf(server), clock());
    return answer;
  };
}

/** What the library itself says of answers that it cannot use. */
async function inWords<T>(server: string, run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof AcmeFailure) throw error;
    const reason = error instanceof Error && error.message !== "" ? error.message : "it makes no sense";
    throw new AcmeFailure("badAnswer", `Cannot use an answer of "${hostOf(server)}": ${reason}`);
  }
}
