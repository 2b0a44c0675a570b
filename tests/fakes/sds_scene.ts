import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "./fake_log.ts";
import { fakeMetrics } from "./fake_metrics.ts";
import { KeyMaterial } from "../../lib/model/mod.ts";
import { SdsTestClient } from "./sds_client.ts";
import {
  makeSdsResource,
  type OpenSds,
  openSds,
  SdsBook,
  type SdsEvents,
  type SdsParts,
  type SdsRefusal,
  type SdsResource,
} from "../../lib/server/sds/mod.ts";

const text = (value: string) => new TextEncoder().encode(value);

/** Something that looks like a pair to everybody but an Envoy. */
export function pairOf(name: string, content: string): SdsResource {
  const pair = { certificate: text(`certificate ${content}`), key: new KeyMaterial(text(`key ${content}`)) };
  return makeSdsResource(name, { kind: "pair", pair });
}

/** Events that remember themselves. */
export class Heard implements SdsEvents {
  readonly refused: SdsRefusal[] = [];
  readonly accepted: string[] = [];
  readonly unknown: string[] = [];
  changes = 0;
  /** Done at a refusal, before anything else. */
  atRefusal: (refusal: SdsRefusal) => void = () => {};
  /** Done at an unknown name. */
  atUnknown: (name: string) => void = () => {};

  onRefused(refusal: SdsRefusal): void {
    this.refused.push(refusal);
    this.atRefusal(refusal);
  }

  onAccepted(name: string, version: string, seconds: number): void {
    assert.ok(seconds >= 0);
    this.accepted.push(`${name} ${version}`);
  }

  onUnknown(name: string): void {
    this.unknown.push(name);
    this.atUnknown(name);
  }

  onChange(): void {
    this.changes++;
  }
}

/** A server on a socket of its own. */
export interface Scene {
  readonly book: SdsBook;
  readonly heard: Heard;
  readonly log: FakeLog;
  readonly metrics: ReturnType<typeof fakeMetrics>;
  readonly client: SdsTestClient;
  readonly path: string;
  readonly server: OpenSds;
}

/** Opens a server, does something with it, and closes it. */
export async function withServer(
  steps: (scene: Scene) => Promise<void>,
  more: Partial<SdsParts> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "sds.sock");
  const [book, heard, log, metrics] = [new SdsBook(), new Heard(), new FakeLog(), fakeMetrics()];
  const parts = { book, events: heard, log, metrics, clock: () => 1000, ...more };
  const server = await openSds({ kind: "unix", path }, parts);
  assert.ok(server.kind === "open", JSON.stringify(server));
  const client = new SdsTestClient(`unix:${path}`);
  try {
    await steps({ book, heard, log, metrics, client, path, server });
  } finally {
    client.close();
    await server.close(1000);
    await Deno.remove(folder, { recursive: true });
  }
}

const EVERY = 5;
const PATIENCE = 10_000;

/** Waits for a condition. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!await holds()) {
    assert.ok(Date.now() < end, `waited too long until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, EVERY));
  }
}
