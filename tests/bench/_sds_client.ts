/** Asks for secrets as one Envoy does, a stream for each name: `deno run -A tests/bench/_sds_client.ts SOCKET STREAMS`. */
import { Client, credentials } from "@grpc/grpc-js";

const [path, streams] = [Deno.args[0], Number(Deno.args[1])];
const raw = (bytes: Buffer) => bytes;
const METHOD = "/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets";
const TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

/** One field with a length below 128 KiB. */
function field(number: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const size = bytes.length < 128 ? [bytes.length] : [bytes.length % 128 | 128, bytes.length >> 7];
  return Buffer.concat([Buffer.from([number * 8 + 2, ...size]), bytes]);
}

const client = new Client(`unix:${path}`, credentials.createInsecure());
// Envoy lists its extensions in each first request.
const node = field(1, Buffer.concat([field(1, "node"), field(2, "edge"), field(12, Buffer.alloc(8000))]));
for (let i = 0; i < streams; i++) {
  const call = client.makeBidiStreamRequest(METHOD, raw, raw);
  let nonce = 0;
  call.on("data", () => call.write(Buffer.concat([field(2, TYPE), field(6, (++nonce).toString(36))])));
  call.on("error", () => {});
  call.write(Buffer.concat([node, field(2, TYPE), field(3, `default/host-${i}`)]));
  if (i % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 0));
}
