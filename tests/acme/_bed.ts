import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { AcmeConfig } from "../../lib/issuance/acme_server.ts";
import { openAcmeIssuer } from "../../lib/issuance/acme_issuer.ts";
import { type ChallengeBoard, openChallengeBoard } from "../../lib/issuance/challenge_board.ts";
import type { Issuer, IssueRequest, IssueResult } from "../../lib/issuance/mod.ts";
import { makeKey, makeRequest } from "../../lib/pki/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { type Pebble, type PebbleOptions, startPebble } from "../e2e/harness/pebble.ts";

/** A server, and a host that wants certificates of it. */
export interface Bed {
  readonly pebble: Pebble;
  readonly board: ChallengeBoard;
  readonly log: FakeLog;
  /** State directory of the host. */
  readonly stateDir: string;
  /** Answers whatever is on the board, at the port where the server asks; `wrong` answers something else. */
  answers: "right" | "wrong";
  /** Opens an issuer; it is closed at the end. */
  open(more?: Partial<AcmeConfig>): Issuer;
}

/** Never ends by itself. */
export const forever: AbortSignal = new AbortController().signal;

/** Runs a test on a new bed and takes it away. */
export async function onBed(options: PebbleOptions, body: (bed: Bed) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "certgate-acme-" });
  const opened: Issuer[] = [];
  try {
    await using pebble = await startPebble(join(folder, "pebble"), options);
    const board = openChallengeBoard({ address: () => `127.0.0.1:${pebble.ports.http}`, timeout: 10_000 });
    const log = new FakeLog();
    const stateDir = join(folder, "state");
    const bed: Bed = {
      pebble,
      board,
      log,
      stateDir,
      answers: "right",
      open(more = {}) {
        const acme = configOf(pebble, more);
        const config = { name: "test", kind: "ClusterIssuer", group: "cert-manager.io", acme };
        const issuer = openAcmeIssuer(config, { log, clock: Date.now, stateDir, challenges: board });
        opened.push(issuer);
        return issuer;
      },
    };
    await using _server = serveBoard(bed);
    try {
      await body(bed);
    } finally {
      await Promise.all(opened.map((issuer) => issuer.close!()));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function configOf({ server, caBundle }: Pebble, more: Partial<AcmeConfig>): AcmeConfig {
  return { server, caBundle, acceptTerms: true, renewalInfo: true, timeout: 20_000, ...more };
}

/** What Envoy Gateway does on a host: one answer per proof, by name and path. */
function serveBoard(bed: Bed): Deno.HttpServer {
  const options = { hostname: "127.0.0.1", port: bed.pebble.ports.http, onListen() {} };
  let asked = 0;
  return Deno.serve(options, (request) => {
    const { pathname } = new URL(request.url);
    const hostname = request.headers.get("host")?.split(":")[0];
    const found = bed.board.list().find((each) =>
      each.hostname === hostname && pathname === `/.well-known/acme-challenge/${each.token}`
    );
    if (found === undefined) return new Response("no such proof", { status: 404 });
    // The host's own look comes first; the server gets what the test wants.
    const wrong = bed.answers === "wrong" && asked++ > 0;
    return new Response(wrong ? "something else" : found.keyAuthorization);
  });
}

/** A request for names, with a key of its own. */
export async function wanted(
  dnsNames: readonly string[],
  more: Partial<IssueRequest> = {},
): Promise<IssueRequest> {
  const key = await makeKey({ algorithm: "ECDSA" });
  const names = { commonName: "", dnsNames, ipAddresses: [], emailAddresses: [], subject: null };
  const usages = ["digital signature", "key encipherment"];
  const intent: IssueRequest["intent"] = {
    ...names,
    namespace: "shop",
    name: `${dnsNames[0]}-tls`,
    usages,
    duration: null,
    renewBefore: null,
    renewBeforePercentage: null,
    revisionHistoryLimit: null,
    privateKey: null,
    secretTemplate: null,
    owner: {
      kind: "Gateway",
      apiVersion: "gateway.networking.k8s.io/v1",
      uid: "",
      namespace: "shop",
      name: "edge",
    },
    issuerRef: { name: "test", kind: "ClusterIssuer", group: "cert-manager.io" },
    listeners: ["https"],
    labels: {},
    annotations: {},
    explain: [],
  };
  const request = await makeRequest({ ...names, usages, key });
  return { intent, request, key, previous: null, notAfterWanted: null, ...more };
}

/** The leaf of an answer; fails with the words of a failure. */
export function leafOf(result: IssueResult): X509Certificate {
  assert.ok(result.ok, JSON.stringify(result));
  return new X509Certificate(result.chain);
}

/** The failure of an answer. */
export function failureOf(result: IssueResult): Extract<IssueResult, { ok: false }> {
  assert.ok(!result.ok, "a certificate was issued");
  return result;
}
