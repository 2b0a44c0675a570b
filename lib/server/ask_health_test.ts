import assert from "node:assert/strict";
import type { ServiceDefinition } from "@grpc/grpc-js";
import { Server } from "@grpc/grpc-js";
import { HOOKS } from "../model/mod.ts";
import { HealthAsker } from "./ask_health.ts";
import { bindGrpcServer, type HookHandler, makeGrpcServer, stopGrpcServer } from "./grpc_server.ts";

const handler: HookHandler = (request) => Promise.resolve(request);

async function withServer(
  server: Server,
  use: (asker: HealthAsker, path: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/hook.sock`;
  await bindGrpcServer(server, `unix:${path}`);
  const asker = new HealthAsker(`unix:${path}`);
  try {
    await use(asker, path);
  } finally {
    asker.close();
    await stopGrpcServer(server, 1000);
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("HealthAsker hears whether the hook serves, each time over a connection of its own", async () => {
  const grpc = makeGrpcServer({
    handlers: Object.fromEntries(HOOKS.map((hook) => [hook, handler])) as never,
    maxMessageSize: 1e6,
    observer: { started: () => {}, handled: () => {} },
  });
  await withServer(grpc.server, async (asker, path) => {
    assert.equal(await asker.ask(5000), "it says that it does not serve");
    grpc.setServing(true);
    assert.equal(await asker.ask(5000), "");
    await Deno.rename(path, `${path}.away`);
    assert.match(await asker.ask(5000), /^UNAVAILABLE: /);
    await Deno.rename(`${path}.away`, path);
    assert.equal(await asker.ask(5000), "");
  });
});

Deno.test("HealthAsker waits no longer than it is told", async () => {
  const raw = (bytes: Buffer) => bytes;
  const codec = {
    requestSerialize: raw,
    requestDeserialize: raw,
    responseSerialize: raw,
    responseDeserialize: raw,
  };
  const check = {
    path: "/grpc.health.v1.Health/Check",
    requestStream: false,
    responseStream: false,
    ...codec,
  };
  const server = new Server();
  server.addService({ check } as ServiceDefinition, { check: () => {} });
  await withServer(server, async (asker) => {
    const begun = performance.now();
    assert.equal(await asker.ask(200), "no answer within 200 ms");
    assert(performance.now() - begun < 5000);
  });
});
