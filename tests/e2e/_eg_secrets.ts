import { Client, credentials } from "@grpc/grpc-js";
import { Buffer } from "node:buffer";
import { SDS_SERVICE, SECRET_TYPE_URL } from "../../lib/xds/mod.ts";
import { loadOfficial } from "../../proto/official.ts";
import { readCredentials } from "./_late_peer.ts";

const PATIENCE = 10_000;

/** A Secret as Envoy Gateway hands it out. */
export interface GivenSecret {
  readonly name: string;
  /** PEM of the certificate; `null` if there is none in it. */
  readonly certificate: string | null;
  /** Whether there is a private key in it. */
  readonly hasKey: boolean;
}

/**
 * Asks Envoy Gateway, as an Envoy of a cluster, for all Secrets that it has: what the hook has left in its answer.
 *
 * @param home Where Envoy Gateway has its certificates.
 * @param cluster As in {@linkcode EnvoyAdmin.cluster}.
 */
export async function secretsOf(home: string, cluster: string): Promise<GivenSecret[]> {
  const official = await loadOfficial([
    "envoy/service/discovery/v3/discovery.proto",
    "envoy/extensions/transport_sockets/tls/v3/secret.proto",
  ]);
  const [asking, answering, secret] = [
    "envoy.service.discovery.v3.DiscoveryRequest",
    "envoy.service.discovery.v3.DiscoveryResponse",
    "envoy.extensions.transport_sockets.tls.v3.Secret",
  ].map((name) => official.lookupType(name));
  const { ca, cert, key } = await readCredentials(home, "envoy");
  const [roots, chain, own] = [ca, cert, key].map((text) => Buffer.from(text));
  const client = new Client("127.0.0.1:18000", credentials.createSsl(roots, own, chain), {
    "grpc.ssl_target_name_override": "envoy-gateway",
  });
  try {
    const response = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const call = client.makeBidiStreamRequest(
        `/${SDS_SERVICE}/StreamSecrets`,
        (request: Record<string, unknown>) => Buffer.from(asking.encode(asking.fromObject(request)).finish()),
        (bytes: Buffer) => answering.toObject(answering.decode(bytes), { arrays: true }),
        { deadline: Date.now() + PATIENCE },
      );
      call.on("data", (data) => {
        resolve(data);
        call.cancel();
      });
      call.on("error", reject);
      call.write({ node: { id: "somebody-who-looks", cluster }, type_url: SECRET_TYPE_URL });
    });
    return (response.resources as { value: Uint8Array }[]).map(({ value }) => {
      const { name, tls_certificate: pair } = secret.toObject(secret.decode(value), {
        bytes: String,
      }) as Dumped;
      const text = (source?: Source) =>
        source?.inline_string ??
          (source?.inline_bytes === undefined ? null : atob(source.inline_bytes));
      return { name, certificate: text(pair?.certificate_chain), hasKey: text(pair?.private_key) !== null };
    });
  } finally {
    client.close();
  }
}

interface Source {
  readonly inline_bytes?: string;
  readonly inline_string?: string;
}

interface Dumped {
  readonly name: string;
  readonly tls_certificate?: { readonly certificate_chain?: Source; readonly private_key?: Source };
}
