import assert from "node:assert/strict";
import { Server } from "@grpc/grpc-js";
import { makeSelfSigned } from "../pki/mod.ts";
import { guardClients, type RefusedClient } from "./guard_clients.ts";
import { HookCredentials, runtimeChecksClients } from "./hook_credentials.ts";

Deno.test("runtimeChecksClients() knows from which version on clients need a certificate", () => {
  for (const version of ["2.7.14", "2.8.0", "2.9.6", "2.10.0", "3.0.0", "2.9.0-rc.1+abc"]) {
    assert(runtimeChecksClients(version), version);
  }
  for (const version of ["2.7.13", "2.7.11", "2.6.20", "1.46.3", ""]) {
    assert(!runtimeChecksClients(version), version);
  }
});

Deno.test("HookCredentials ends a handshake that does not go on", async () => {
  const { certificate, key } = await makeSelfSigned({ commonName: "one", now: Date.now(), days: 1 });
  const server = new Server();
  const { promise, resolve } = Promise.withResolvers<RefusedClient>();
  guardClients(server, { judge: () => null, refused: resolve });
  const credentials = new HookCredentials({ certificate, key, clientCa: certificate }, 100);
  const port = await new Promise<number>((bound, failed) =>
    server.bindAsync("127.0.0.1:0", credentials.server, (error, port) => error ? failed(error) : bound(port))
  );
  using client = await Deno.connect({ hostname: "127.0.0.1", port });
  const late = setTimeout(() => client.close(), 5000);
  assert.equal(await client.read(new Uint8Array(1)), null);
  clearTimeout(late);
  assert.equal((await promise).refusal, "other");
  await new Promise<void>((closed) => server.tryShutdown(() => closed()));
});
