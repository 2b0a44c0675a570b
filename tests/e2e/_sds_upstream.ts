import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { promised } from "./_expect.ts";
import { atRest, type BundleVolume, translations } from "./_sds.ts";
import { watched } from "./_watched.ts";
import {
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  NAMESPACE,
  probe,
  route,
  TestAuthority,
  type TestPair,
  until,
} from "./harness/mod.ts";

const WITHIN = 5000;
const NAME = "upstream.internal";

/** A backend that Envoy checks, the certificate of which is another authority's after a while. */
export class Upstream {
  private constructor(
    readonly server: Server,
    readonly before: { readonly authority: TestAuthority; readonly own: TestPair },
    readonly after: { readonly authority: TestAuthority; readonly own: TestPair },
  ) {}

  static async start(): Promise<Upstream> {
    const [before, after] = await Promise.all(["before", "after"].map(async (name) => {
      const authority = await TestAuthority.make(`backends ${name}`);
      return { authority, own: await authority.issue(NAME) };
    }));
    const { certificate: cert, key } = before.own;
    const server = createServer({ cert, key }, (request, response) => {
      // So that Envoy has to make a handshake for each request.
      response.setHeader("connection", "close");
      response.end(`backend saw ${request.headers.host}`);
    });
    server.on("tlsClientError", () => {});
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Upstream(server, before, after);
  }

  /** What leads a Gateway to it, checked with what a ConfigMap has. */
  objects(gateway: string, configMap: string): Readonly<Record<string, unknown>>[] {
    const { port } = this.server.address() as AddressInfo;
    const group = "gateway.envoyproxy.io";
    const { spec, ...rest } = route(gateway) as { spec: { rules: Record<string, unknown>[] } };
    const backendRefs = [{ group, kind: "Backend", name: "upstream" }];
    return [
      {
        apiVersion: `${group}/v1alpha1`,
        kind: "Backend",
        metadata: { name: "upstream", namespace: NAMESPACE },
        spec: { endpoints: [{ ip: { address: "127.0.0.1", port } }] },
      },
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "BackendTLSPolicy",
        metadata: { name: "upstream", namespace: NAMESPACE },
        spec: {
          targetRefs: [{ group, kind: "Backend", name: "upstream" }],
          validation: {
            caCertificateRefs: [{ group: "", kind: "ConfigMap", name: configMap }],
            hostname: NAME,
          },
        },
      },
      { ...rest, spec: { ...spec, rules: spec.rules.map((rule) => ({ ...rule, backendRefs })) } },
    ];
  }

  /** Both authorities for a while, then the new one alone, and what an authority means that is not there. */
  async rotate(
    bed: Bed,
    { certgate, envoy, port, host, bundle }: {
      readonly certgate: Certgate;
      readonly envoy: EnvoyAdmin;
      readonly port: number;
      readonly host: TestPair;
      readonly bundle: BundleVolume;
    },
  ): Promise<void> {
    const { before, after, server } = this;
    const ask = async () => {
      const answer = await probe({ port, host: host.host, trust: bed.authority.pem });
      return answer.kind === "answered" ? answer.status : 0;
    };
    const becomes = (status: number) =>
      until(`the answer is ${status}`, async () => {
        const found = await ask();
        if (found === status) return true;
        throw new Error(String(found));
      }, { within: promised(2 * WITHIN) });
    /** Waits until every Envoy has taken what is served now. */
    const taken = async (members: number) => {
      await until("Envoy has taken the bundle", async () => {
        const { sds } = await certgate.status();
        const name = sds!.names.find(({ name }) => name === `trust/${NAMESPACE}/${bundle.name}`)!;
        const { members: known } = sds!.bundles.find(({ name }) => name === bundle.name)!;
        return known === members && name.subscribers > 0 && name.accepted === name.subscribers;
      }, { within: promised(WITHIN) });
    };
    await becomes(200);
    const unmoved = await atRest(envoy, certgate);
    await watched([async () => await ask() === 200 ? null : "the backend is not reached"], async () => {
      await bundle.put(before.authority.pem, after.authority.pem);
      await taken(2);
      const { certificate: cert, key } = after.own;
      server.setSecureContext({ cert, key });
      assert.equal(await ask(), 200);
      await bundle.put(after.authority.pem);
      await taken(1);
    });
    await bundle.put(before.authority.pem);
    await becomes(503);
    await bundle.put(after.authority.pem);
    await becomes(200);
    assert.deepEqual(await translations(envoy, certgate), unmoved);
    assert.deepEqual((await envoy.refusals()).rejected, {});
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections?.();
    const closed = once(this.server, "close");
    this.server.close();
    await closed;
  }
}
