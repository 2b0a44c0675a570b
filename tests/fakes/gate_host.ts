import assert from "node:assert/strict";
import { join } from "node:path";
import { FakeLog } from "./fake_log.ts";
import { type Agent, type AgentParts, startAgent } from "../../lib/agent.ts";
import type { GateStatus } from "../../lib/model/mod.ts";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { type Config, configSchema } from "../../lib/resources/mod.ts";
import type { AgentStatus } from "../../lib/server/mod.ts";

/** Milliseconds that a condition is waited for. */
export const PATIENCE = 10_000;

/** A pair made for a test. */
export interface MadePair {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

/** A pair for a host that signs itself. */
export async function makePair(host: string, { now = Date.now(), days = 30 } = {}): Promise<MadePair> {
  const { certificate, key } = await makeSelfSigned({ names: [host], now, days });
  return { certificate, key: key.open() };
}

/** A directory with volumes, resources and an output, and an agent that can be started again on them. */
export class GateHost {
  readonly log = new FakeLog();
  offset = 0;
  #agent: Agent | null = null;

  private constructor(readonly dir: string) {}

  static async make(hosts: readonly string[]): Promise<GateHost> {
    const host = new GateHost(await Deno.makeTempDir());
    for (const name of ["volumes", "resources", "output"]) await Deno.mkdir(join(host.dir, name));
    await host.putGateway(hosts);
    return host;
  }

  async putGateway(hosts: readonly string[]): Promise<void> {
    const gateway = {
      apiVersion: "gateway.networking.k8s.io/v1",
      kind: "Gateway",
      metadata: { name: "web", namespace: "edge" },
      spec: {
        gatewayClassName: "edge",
        listeners: hosts.map((hostname) => ({
          name: hostname.split(".")[0],
          protocol: "HTTPS",
          port: 443,
          hostname,
          tls: { certificateRefs: [{ name: hostname }] },
        })),
      },
    };
    await Deno.writeTextFile(join(this.dir, "resources/web.yaml"), JSON.stringify(gateway, null, 2));
  }

  async putPair(host: string, { certificate, key }: MadePair): Promise<void> {
    const volume = join(this.dir, "volumes", host);
    await Deno.mkdir(volume, { recursive: true });
    await Deno.writeFile(join(volume, "tls.crt"), certificate);
    await Deno.writeFile(join(volume, "tls.key"), key);
  }

  config(changes: Record<string, unknown> = {}): Config {
    const at = (name: string) => join(this.dir, name);
    return configSchema.parse({
      hook: { listen: `unix://${at("hook.sock")}` },
      http: { listen: "127.0.0.1:0" },
      stateDir: at("state"),
      envoy: { path: "none", admin: "none" },
      sources: [{ path: `${at("volumes")}/*`, namespace: "edge" }],
      watch: { pollInterval: 100, settle: 50, absenceGrace: 50, staleGrace: 50 },
      gate: { resources: at("resources"), output: at("output") },
      ...changes,
    });
  }

  async start(changes: Record<string, unknown> = {}, more: Partial<AgentParts> = {}): Promise<Agent> {
    const agent = await startAgent(this.config(changes), {
      version: "0",
      log: this.log,
      clock: () => Date.now() + this.offset,
      spacing: 20,
      // The clock of these tests jumps, and is looked at more often for that.
      setTimer(ring, milliseconds) {
        const timer = setTimeout(ring, Math.min(milliseconds, 20));
        return () => clearTimeout(timer);
      },
      ...more,
    });
    assert(agent.kind === "agent", JSON.stringify(agent));
    return this.#agent = agent;
  }

  async stop(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = null;
  }

  /** The whole body of `/v1/status`. */
  async everything(): Promise<AgentStatus> {
    return await (await fetch(`${this.#agent!.http}/v1/status`)).json();
  }

  async status(): Promise<GateStatus> {
    return (await this.everything()).gate!;
  }

  async metrics(): Promise<string> {
    const text = await (await fetch(`${this.#agent!.http}/metrics`)).text();
    return text.split("\n").filter((line) => /^certgate_(gateway|cert|listeners|gate)/.test(line)).join("\n");
  }

  async output(): Promise<string> {
    return await Deno.readTextFile(join(this.dir, "output/certgate.yaml"));
  }

  /** Waits for a status for which the test says yes. */
  async until(what: string, holds: (status: GateStatus) => boolean): Promise<GateStatus> {
    const end = performance.now() + PATIENCE;
    for (;;) {
      const status = await this.status();
      if (status && holds(status)) return status;
      if (performance.now() > end) throw new Error(`${what}: ${JSON.stringify(status.listeners, null, 1)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await Deno.remove(this.dir, { recursive: true });
  }
}
