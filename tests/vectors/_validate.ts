import type { EnvoyAnswer } from "../../lib/health/mod.ts";
import type { PairBytes } from "../../lib/model/mod.ts";

/**
 * Asks one Envoy about one pair in the plainest way there is: a bootstrap file with one listener and one filter chain,
 * and `envoy --mode validate`. Shares nothing with the oracle of `lib/host`, so that each can be held against the other.
 *
 * @throws Where Envoy says neither yes nor no.
 */
export async function validate(envoy: string, pair: PairBytes): Promise<EnvoyAnswer> {
  const source = (bytes: Uint8Array) => ({ inline_bytes: bytes.toBase64() });
  const tlsCertificate = {
    ...(pair.certificate ? { certificate_chain: source(pair.certificate) } : {}),
    ...(pair.key ? { private_key: source(pair.key.open()) } : {}),
    ...(pair.staple ? { ocsp_staple: source(pair.staple) } : {}),
  };
  const bootstrap = {
    static_resources: {
      listeners: [{
        name: "vector",
        address: { socket_address: { address: "127.0.0.1", port_value: 0 } },
        filter_chains: [{
          transport_socket: {
            name: "envoy.transport_sockets.tls",
            typed_config: {
              "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
              common_tls_context: { tls_certificates: [tlsCertificate] },
            },
          },
        }],
      }],
    },
  };
  const file = await Deno.makeTempFile({ prefix: "vector-", suffix: ".json" });
  try {
    await Deno.writeTextFile(file, JSON.stringify(bootstrap));
    const run = await new Deno.Command(envoy, { args: ["--mode", "validate", "-c", file], stdin: "null" })
      .output();
    const said = new TextDecoder().decode(run.stdout) + new TextDecoder().decode(run.stderr);
    if (run.code === 0 && said.includes(`configuration '${file}' OK`)) return { accepted: true };
    const [, message] = said.split(`error initializing configuration '${file}': `);
    if (run.code !== 1 || message === undefined) {
      throw new Error(`Cannot read Envoy's answer: ${said.slice(-2000)}`);
    }
    return { accepted: false, message: message.split("\n[20")[0].replace(/\s+/g, " ").trim().slice(0, 400) };
  } finally {
    await Deno.remove(file);
  }
}
