import { SDS_CLUSTER, type SdsCluster } from "../model/mod.ts";
import { plainAddress } from "../pki/mod.ts";
import { anyField, field, textField, varintField } from "./_encode.ts";
import type { Parts } from "./_rewrite.ts";

const [STATIC, STRICT_DNS] = [0, 1];
const TLS = "envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext";
const HTTP = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

const seconds = (value: number) => varintField(1, value);
/** A `google.protobuf.UInt32Value`. */
const number = (value: number) => varintField(1, value);
const fileName = (path: string) => textField(1, path);

/** Each name is one request that never ends; 1,024, which is the default, would be the end of the secrets. */
const MOST = 1_000_000;
const NO_LIMIT = field(
  10,
  field(1, field(2, number(MOST)), field(3, number(MOST)), field(4, number(MOST)), field(5, number(MOST))),
);

/** HTTP/2 and nothing else. A server that hangs is noticed within 45 seconds, and Envoy connects anew. */
const HTTP2 = field(
  36,
  textField(1, HTTP),
  field(
    2,
    textField(1, `type.googleapis.com/${HTTP}`),
    field(2, field(3, field(2, field(15, field(1, seconds(30)), field(2, seconds(15)))))),
  ),
);

/** A peer that is gone without a word: 30 seconds of silence, then 3 questions 10 seconds apart. */
const KEEPALIVE = field(
  30,
  field(1, field(1, number(3)), field(2, number(30)), field(3, number(10))),
);

/**
 * A serialized cluster that leads to certgate's own SDS server. Envoy takes secrets only through a cluster that does not
 * itself come from a server of endpoints.
 */
export function sdsCluster(leadsTo: SdsCluster): Parts {
  const dns = leadsTo.kind === "tcp" && plainAddress(leadsTo.host) === null;
  const name = textField(1, SDS_CLUSTER);
  const endpoint = field(2, field(2, field(1, field(1, address(leadsTo)))));
  return [
    name,
    varintField(2, dns ? STRICT_DNS : STATIC),
    field(4, seconds(5)),
    NO_LIMIT,
    ...(leadsTo.kind === "unix" || leadsTo.tls === null ? [] : [transportSocket(leadsTo.tls)]),
    ...(leadsTo.kind === "unix" ? [] : [KEEPALIVE]),
    field(33, name, endpoint),
    HTTP2,
  ];
}

function address(leadsTo: SdsCluster): Uint8Array {
  return leadsTo.kind === "unix"
    ? field(2, textField(1, leadsTo.path))
    : field(1, textField(2, leadsTo.host), varintField(3, leadsTo.port));
}

type Files = NonNullable<Extract<SdsCluster, { readonly kind: "tcp" }>["tls"]>;

function transportSocket({ certificate, key, ca, name }: Files): Uint8Array {
  const pair = field(2, field(1, fileName(certificate)), field(2, fileName(key)));
  // san_type DNS, and the whole name.
  const san = field(15, varintField(1, 2), field(2, textField(1, name)));
  const common = field(1, pair, field(3, field(1, fileName(ca)), san), textField(4, "h2"));
  // A server name of an address would be refused by some.
  const sni = plainAddress(name) === null ? [textField(2, name)] : [];
  return field(24, textField(1, "envoy.transport_sockets.tls"), anyField(3, TLS, common, ...sni));
}
