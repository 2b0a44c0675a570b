import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { PairBytes } from "../../lib/model/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import {
  makeSdsResource,
  type OpenSds,
  openSds,
  SdsBook,
  type SdsMethod,
  type SdsParts,
} from "../../lib/server/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { fakeMetrics } from "../fakes/fake_metrics.ts";
import { Heard, until } from "../fakes/sds_scene.ts";
import type { ClientTls, Wanted } from "./_bootstrap.ts";
import { SdsEnvoy } from "./_envoy.ts";
import { ENVOYS } from "./_envoys.ts";

/** A pair, and the fingerprint by which it is known when it is served. */
export interface Made {
  readonly pair: PairBytes & { readonly certificate: Uint8Array };
  readonly fingerprint: string;
}

/** Makes a pair for a host name. */
export async function makePair(host: string): Promise<Made> {
  const now = Date.now() - 3_600_000;
  const { certificate, key } = await makeSelfSigned({ names: [host], now, days: 10 });
  const { fingerprint256 } = new X509Certificate(certificate as never);
  return { pair: { certificate, key }, fingerprint: fingerprint256 };
}

/** A real Envoy beside a real SDS server. Either can be stopped and started again. */
export class SdsBed {
  readonly book = new SdsBook();
  readonly heard = new Heard();
  readonly log = new FakeLog();
  readonly metrics = fakeMetrics();
  #server: OpenSds | null = null;
  #envoy: SdsEnvoy | null = null;

  constructor(readonly program: string, readonly folder: string, readonly wanted: Omit<Wanted, "server">) {}

  get server(): OpenSds {
    return this.#server!;
  }

  get envoy(): SdsEnvoy {
    return this.#envoy!;
  }

  put(name: string, { pair }: { readonly pair: PairBytes }): void {
    this.book.put(makeSdsResource(name, { kind: "pair", pair }));
  }

  putBundle(name: string, ...members: readonly Made[]): void {
    const bundle = Buffer.concat(members.map(({ pair }) => pair.certificate));
    this.book.put(makeSdsResource(name, { kind: "trust", bundle }));
  }

  async openServer(): Promise<void> {
    const { book, heard: events, log, metrics } = this;
    const address = { kind: "unix", path: this.#path } as const;
    const server = await openSds(address, { book, events, log, metrics, clock: Date.now });
    assert.ok(server.kind === "open", JSON.stringify(server));
    this.#server = server;
  }

  /** Opens it on a port, with TLS. */
  async openTcp(parts: Required<Pick<SdsParts, "credentials" | "guard">>): Promise<void> {
    const { book, heard: events, log, metrics } = this;
    const address = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
    const server = await openSds(address, { book, events, log, metrics, clock: Date.now, ...parts });
    assert.ok(server.kind === "open", JSON.stringify(server));
    this.#server = server;
  }

  get #path(): string {
    return join(this.folder, "sds.sock");
  }

  async closeServer(): Promise<void> {
    await this.#server?.close(2000);
    this.#server = null;
  }

  /** @param tls What it shows to a server on a port. */
  async startEnvoy(tls?: ClientTls): Promise<void> {
    const server = tls === undefined
      ? { path: this.#path }
      : { port: Number(this.server.address.split(":").at(-1)), tls };
    this.#envoy = await SdsEnvoy.start(this.program, this.folder, { ...this.wanted, server });
  }

  async stopEnvoy(): Promise<void> {
    await this.#envoy?.stop();
    this.#envoy = null;
  }

  /** Waits until clients of a host get a pair. */
  async untilServed(host: string, { fingerprint }: Made): Promise<void> {
    await until(`${host} is served`, async () => await this.envoy.served(host) === fingerprint);
  }
}

/** Begins with both running. */
export const BOTH = async (bed: SdsBed): Promise<void> => {
  await bed.openServer();
  await bed.startEnvoy();
};

/**
 * A test for each version of Envoy and each method; one whose Envoy is not there is skipped. The file that they are for has to
 * register them itself, or a report would not know where they belong.
 *
 * @param criterion The end of their names.
 */
export function withEveryEnvoy(
  criterion: string,
  wanted: Pick<Wanted, "hosts" | "trust">,
  steps: (bed: SdsBed) => Promise<void>,
): Deno.TestDefinition[] {
  const methods: SdsMethod[] = ["DeltaSecrets", "StreamSecrets"];
  return Object.entries(ENVOYS).flatMap(([version, program]) =>
    methods.map((method) => ({
      name: `openSds() with Envoy ${version} by ${method} ${criterion}`,
      ignore: program === null,
      fn: () => run(program!, { ...wanted, method }, steps),
    }))
  );
}

async function run(
  program: string,
  wanted: Omit<Wanted, "server">,
  steps: (bed: SdsBed) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const bed = new SdsBed(program, folder, wanted);
  try {
    await steps(bed);
  } finally {
    await bed.stopEnvoy();
    await bed.closeServer();
    await Deno.remove(folder, { recursive: true });
  }
}
