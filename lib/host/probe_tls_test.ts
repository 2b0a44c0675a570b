import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { createSecureContext, createServer as createTlsServer, type TlsOptions } from "node:tls";
import { type AddressInfo, createServer, type Server } from "node:net";
import { makeSelfSigned } from "../pki/mod.ts";
import { probeTls } from "./probe_tls.ts";

const now = Date.now();
const make = (name: string) =>
  makeSelfSigned({ commonName: name, names: [name, `www.${name}`], now: now - 3_600_000, days: 30 });
type Pair = Awaited<ReturnType<typeof make>>;
const pem = ({ certificate, key }: Pair) => ({
  cert: new TextDecoder().decode(certificate),
  key: new TextDecoder().decode(key.open()),
});

async function withServer(server: Server, use: (port: number) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use((server.address() as AddressInfo).port);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

Deno.test("probeTls() shows the certificate that a server presents for a name", async () => {
  const [one, other] = [await make("one.test"), await make("other.test")];
  const SNICallback: TlsOptions["SNICallback"] = (name, give) =>
    give(null, createSecureContext(pem(name === "one.test" ? one : other)));
  const server = createTlsServer({ ...pem(other), SNICallback }, (socket) => socket.on("error", () => {}));
  server.on("tlsClientError", () => {});
  await withServer(server, async (port) => {
    for (const [servername, pair] of [["one.test", one], ["other.test", other]] as const) {
      const certificate = new X509Certificate(pem(pair).cert);
      assert.deepEqual(await probeTls({ host: "127.0.0.1", port, servername }), {
        kind: "presented",
        // A leading zero digit is not always written.
        serial: certificate.serialNumber.toLowerCase().padStart(32, "0"),
        fingerprint: certificate.fingerprint256,
        names: [servername, `www.${servername}`],
        subject: servername,
        notBefore: Date.parse(certificate.validFrom),
        notAfter: Date.parse(certificate.validTo),
        protocol: "TLSv1.3",
      });
    }
  });
});

Deno.test("probeTls() tells a closed connection from nobody and from silence", async () => {
  const target = { host: "127.0.0.1", servername: "a.test" };
  let free = 0;
  await withServer(createServer((socket) => socket.destroy()), async (port) => {
    free = port;
    assert.equal((await probeTls({ ...target, port })).kind, "refused");
  });
  assert.deepEqual(await probeTls({ ...target, port: free }), {
    kind: "unreachable",
    detail: "nobody listens there",
  });
  const silent = createServer((socket) => socket.on("error", () => {}).resume());
  await withServer(silent, async (port) => {
    assert.deepEqual(await probeTls({ ...target, port, timeoutMs: 50 }), {
      kind: "unreachable",
      detail: "no answer within 50 ms",
    });
  });
});
