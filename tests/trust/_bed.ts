import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { type Agent, startAgent } from "../../lib/agent.ts";
import type { ClientRefusal, HookTlsStatus } from "../../lib/model/mod.ts";
import { type Authority, makeAuthority } from "../../lib/pki/mod.ts";
import { configSchema } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";

const DAY = 86_400_000;

/** PEM of a certificate and its key. */
export interface Pair {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

/** An authority that is valid now. */
export function authority(commonName: string, from = -10, end = 365): Promise<Authority> {
  const now = Date.now();
  return makeAuthority({ commonName, notBefore: now + from * DAY, end: now + end * DAY, key: "ecdsa" });
}

/** A pair of an authority; days from now. */
export async function pairOf(issuer: Authority, name: string, from = -1, end = 30): Promise<Pair> {
  const now = Date.now();
  const { certificate, key } = await issuer.issue({
    commonName: name,
    names: [name],
    notBefore: now + from * DAY,
    end: now + end * DAY,
    key: "ecdsa",
  });
  return { certificate, key: key.open() };
}

/** One PEM file of several. */
export function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** The fingerprint of a certificate, as status shows it. */
export function digest(pem: Uint8Array): string {
  return new X509Certificate(pem as never).fingerprint256;
}

/** A running agent whose hook listens with TLS, in a directory of its own. */
export interface Bed {
  readonly agent: Agent;
  readonly dir: string;
  readonly log: FakeLog;
  readonly ca: Authority;
  /** `127.0.0.1:port` of the hook. */
  readonly target: string;
  /** Replaces a file by rename, as careful writers do. */
  put(name: "tls.crt" | "tls.key" | "ca.crt", bytes: Uint8Array): Promise<void>;
  tls(): HookTlsStatus;
  refused(cause: ClientRefusal): Promise<number>;
  /** The value of one series, by its text up to the space. */
  sample(series: string): Promise<number>;
}

/** Waits for a condition, ten seconds at most. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 10_000;
  while (!await condition()) {
    assert(performance.now() < end, `not within ten seconds: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Starts an agent, and ends it. */
export async function withBed(
  { allowedNames = [] }: { allowedNames?: string[] },
  use: (bed: Bed) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const ca = await authority("one");
  const own = await pairOf(ca, "localhost");
  const put: Bed["put"] = async (name, bytes) => {
    await Deno.writeFile(join(dir, `.${name}`), bytes, { mode: 0o600 });
    await Deno.rename(join(dir, `.${name}`), join(dir, name));
  };
  await put("tls.crt", own.certificate);
  await put("tls.key", own.key);
  await put("ca.crt", ca.certificate);
  const config = configSchema.parse({
    http: { listen: "127.0.0.1:0" },
    stateDir: join(dir, "state"),
    envoy: { path: "none", admin: "none" },
    watch: { pollInterval: 100, settle: 300, absenceGrace: 300, staleGrace: 300 },
    hook: {
      listen: "tcp://127.0.0.1:0",
      tls: {
        certificate: join(dir, "tls.crt"),
        key: join(dir, "tls.key"),
        clientCa: join(dir, "ca.crt"),
        allowedNames,
      },
    },
  });
  const log = new FakeLog();
  const agent = await startAgent(config, { version: "0", log, clock: Date.now });
  assert(agent.kind === "agent", JSON.stringify(agent));
  const sample = async (series: string) => {
    const text = await (await fetch(`${agent.http}/metrics`)).text();
    const line = text.split("\n").find((row) => row.startsWith(`${series} `));
    assert(line, `no sample ${series}`);
    return Number(line.slice(series.length));
  };
  try {
    await use({
      agent,
      dir,
      log,
      ca,
      target: agent.hook,
      put,
      sample,
      tls: () => agent.status().hookTls!,
      refused: (cause) => sample(`certgate_hook_refused_clients_total{cause="${cause}"}`),
    });
  } finally {
    await agent.stop();
    await Deno.remove(dir, { recursive: true });
  }
}
