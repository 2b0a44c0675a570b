import assert from "node:assert/strict";
import { promised } from "./_expect.ts";
import { atRest, type BundleVolume, sdsOf, translations } from "./_sds.ts";
import { watched } from "./_watched.ts";
import {
  type Bed,
  type Certgate,
  type EnvoyAdmin,
  KeptConnection,
  NAMESPACE,
  probe,
  TestAuthority,
  type TestPair,
  until,
} from "./harness/mod.ts";

const WITHIN = 5000;

/** Clients of one authority. */
interface Clients {
  readonly authority: TestAuthority;
  readonly own: TestPair;
}

/** Where clients go, and what they are checked with. */
interface Place {
  readonly certgate: Certgate;
  readonly envoy: EnvoyAdmin;
  readonly port: number;
  readonly host: TestPair;
  readonly bundle: BundleVolume;
}

/** A ClientTrafficPolicy that lets in whom a ConfigMap vouches for. */
export function clientPolicy(gateway: string, configMap: string): Readonly<Record<string, unknown>> {
  return {
    apiVersion: "gateway.envoyproxy.io/v1alpha1",
    kind: "ClientTrafficPolicy",
    metadata: { name: "clients", namespace: NAMESPACE },
    spec: {
      targetRefs: [{ group: "gateway.networking.k8s.io", kind: "Gateway", name: gateway }],
      tls: {
        clientValidation: { caCertificateRefs: [{ group: "", kind: "ConfigMap", name: configMap }] },
      },
    },
  };
}

/** Makes clients of two authorities. */
export async function clients(): Promise<Rotation> {
  const [before, after] = await Promise.all(["before", "after"].map(async (name) => {
    const authority = await TestAuthority.make(`clients ${name}`);
    return { authority, own: await authority.issue(`${name}.clients.example.com`) };
  }));
  return new Rotation(before, after);
}

/** One authority of clients takes the place of another. */
class Rotation {
  constructor(readonly before: Clients, readonly after: Clients) {}

  /** Both for a while, then the new one alone; a file that is no bundle changes nothing. */
  async rotate(bed: Bed, place: Place): Promise<void> {
    const { certgate, envoy, port, host, bundle } = place;
    const { before, after } = this;
    const question = { port, host: host.host, trust: bed.authority.pem };
    const lets = async (who: Clients | null) => {
      const answer = await probe({ ...question, ...(who === null ? {} : { own: who.own }) });
      return answer.kind === "answered" && answer.status === 200;
    };
    const lookFor = (who: Clients, name: string) => async () =>
      await lets(who) ? null : `a new client of ${name} is not let in`;
    const kept = (who: Clients, name: string) => {
      const connection = new KeptConnection({ ...question, own: who.own });
      return {
        connection,
        look: async () => {
          const answer = await connection.ask();
          return answer.kind === "answered"
            ? null
            : `a connected client of ${name}: ${JSON.stringify(answer)}`;
        },
      };
    };
    const becomes = (who: Clients | null, wanted: boolean) =>
      until(`a client is ${wanted ? "let in" : "refused"}`, async () => await lets(who) === wanted, {
        within: promised(WITHIN),
      });

    await becomes(before, true);
    assert.deepEqual([await lets(after), await lets(null)], [false, false]);
    const unmoved = await atRest(envoy, certgate);
    const [one, other] = [kept(before, "before"), kept(after, "after")];
    try {
      await watched([lookFor(before, "before"), one.look], async () => {
        await bundle.put("no bundle at all");
        await until("the file is known to be no bundle", async () => {
          const { bundles } = await sdsOf(certgate);
          const { message, members } = bundles.find(({ name }) => name === bundle.name)!;
          return message !== "" && members === 1;
        }, { within: promised(WITHIN) });
        assert.equal(await lets(after), false);
        const { ms } = await bundle.put(before.authority.pem, after.authority.pem).then(() =>
          becomes(after, true)
        );
        console.log(`a second authority was trusted ${Math.round(ms)} ms after its file was there`);
      });
      await watched([lookFor(after, "after"), one.look, other.look], async () => {
        await bundle.put(after.authority.pem);
        const { ms } = await becomes(before, false);
        console.log(`the first authority was trusted no more ${Math.round(ms)} ms after its file was gone`);
      });
      assert.equal(await lets(null), false);
    } finally {
      one.connection.close();
      other.connection.close();
    }
    assert.deepEqual(await translations(envoy, certgate), unmoved);
    assert.deepEqual((await envoy.refusals()).rejected, {});
  }
}
