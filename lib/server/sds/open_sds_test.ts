import assert from "node:assert/strict";
import { type ChannelCredentials, Client, credentials, type ServiceError } from "@grpc/grpc-js";
import { FakeLog } from "../../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../../tests/fakes/fake_metrics.ts";
import { SdsTestClient } from "../../../tests/fakes/sds_client.ts";
import { Heard, pairOf, until, withServer } from "../../../tests/fakes/sds_scene.ts";
import { makeSelfSigned } from "../../pki/mod.ts";
import { SDS_SERVICE } from "../../xds/mod.ts";
import type { RefusedClient } from "../guard_clients.ts";
import { HookCredentials } from "../hook_credentials.ts";
import { openSds } from "./open_sds.ts";
import { SdsBook } from "./sds_book.ts";

const NODE = { id: "node-1", cluster: "edge" };

function parts() {
  const [book, events, log, metrics] = [new SdsBook(), new Heard(), new FakeLog(), fakeMetrics()];
  return { book, events, log, metrics, clock: () => 1000 };
}

Deno.test("openSds() listens on a socket for its user and group, and leaves one that is in use alone", () =>
  withServer(async ({ path, server }) => {
    assert.equal((await Deno.stat(path)).mode! & 0o777, 0o660);
    assert.equal(server.address, `unix:${path}`);
    const second = await openSds({ kind: "unix", path }, parts());
    assert.ok(second.kind === "busy", second.kind);
    assert.match(second.hint, /sds\.listen/);
    const stranger = await openSds({ kind: "unix", path: `${path}2` }, {
      ...parts(),
      group: "no such group",
    });
    assert.ok(stranger.kind === "failed");
    assert.match(stranger.hint, /sds\.group/);
  }));

Deno.test("openSds() knows who is connected, and forgets who goes", () =>
  withServer(async ({ book, client, server, metrics, heard, path }) => {
    book.put(pairOf("a", "1"));
    const other = new SdsTestClient(`unix:${path}`);
    const streams = [
      client.stream("StreamSecrets"),
      client.stream("StreamSecrets"),
      other.stream("DeltaSecrets"),
    ];
    for (const stream of streams.slice(0, 2)) stream.send({ node: NODE, resource_names: ["a"] });
    streams[2].send({ node: { id: "node-2\n", cluster: "c" }, resource_names_subscribe: ["a", "x"] });
    for (const stream of streams) await stream.accept(["a"]);
    await until("all have taken it", () => heard.accepted.length === 3);
    const { connections, clients, names } = server.status();
    assert.equal(connections, 2);
    assert.deepEqual(
      new Set(clients.map((client) => JSON.stringify(client))),
      new Set([
        JSON.stringify({ node: "node-1", cluster: "edge", method: "StreamSecrets", streams: 2 }),
        JSON.stringify({ node: "node-2?", cluster: "c", method: "DeltaSecrets", streams: 1 }),
      ]),
    );
    const { version } = pairOf("a", "1");
    const plain = { withheld: false, lastRefusal: null };
    assert.deepEqual(names, [
      { ...plain, name: "a", kind: "pair", version, subscribers: 3, acceptedBy: 3 },
      { ...plain, name: "x", kind: null, version: "", subscribers: 1, acceptedBy: 0 },
    ]);
    assert.deepEqual([server.isSubscribed("x"), server.isSubscribed("y"), server.pending()], [
      true,
      false,
      0,
    ]);
    assert.equal(await metrics.sample("certgate_sds_connections"), 2);
    assert.equal(await metrics.sample('certgate_sds_streams{method="StreamSecrets"}'), 2);
    await until("the change is told", () => heard.changes > 0);
    streams[0].cancel();
    streams[1].end();
    other.close();
    streams[2].cancel();
    await until("nobody is left", () => server.status().clients.length === 0);
    assert.ok(server.status().names.every(({ subscribers }) => subscribers === 0));
    await until("the other connection is closed", () => server.status().connections === 1);
    assert.equal(await metrics.sample('certgate_sds_streams{method="StreamSecrets"}'), 0);
  }));

Deno.test("openSds() counts what is asked for and not taken yet", () =>
  withServer(async ({ book, client, server, metrics }) => {
    book.put(pairOf("a", "1"));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a", "b"] });
    const response = await stream.next();
    assert.equal(server.pending(), 1);
    await until("b is shown", async () => await metrics.sample("certgate_sds_unknown_names") === 1);
    await until("it is shown", async () => await metrics.sample("certgate_sds_pending_names") === 1);
    stream.answer(response);
    await until("it is taken", () => server.pending() === 0);
    await until("it is shown", async () => await metrics.sample("certgate_sds_pending_names") === 0);
    book.put(pairOf("b", "1"));
    await until("b is known", async () => await metrics.sample("certgate_sds_unknown_names") === 0);
  }));

Deno.test("openSds() serves a thousand streams, and renews one or all of them", () =>
  withServer(async ({ book, client, heard, server }) => {
    const names = Array.from({ length: 1000 }, (_, i) => `n${i}`);
    const all = (content: string) => new Map(names.map((name) => [name, pairOf(name, content)]));
    book.use(all("1"));
    const streams = names.map((name) => {
      const stream = client.stream("DeltaSecrets");
      stream.send({ node: NODE, resource_names_subscribe: [name] });
      return stream;
    });
    const taken = async (content: string) => {
      for (const [i, stream] of streams.entries()) {
        assert.equal((await stream.accept()).secrets[0].version, pairOf(names[i], content).version);
      }
    };
    await taken("1");
    await until("all are taken", () => heard.accepted.length === 1000);
    book.put(pairOf("n7", "2"));
    await streams[7].accept();
    assert.ok(streams.every(({ left }) => left === 0));
    book.use(all("3"));
    await taken("3");
    await until("all are taken", () => server.status().names.every(({ acceptedBy }) => acceptedBy === 1));
    assert.equal(server.status().clients[0].streams, 1000);
  }));

Deno.test("openSds() writes little to a client that does not read, even if it says that it did", () =>
  withServer(async ({ book, client, path, metrics }) => {
    const large = (i: number) => pairOf("a", `${i} ${"x".repeat(100_000)}`);
    book.put(large(0));
    const call = client.call("DeltaSecrets");
    call.on("error", () => {});
    call.write({ node: NODE, resource_names_subscribe: ["a"] });
    const other = new SdsTestClient(`unix:${path}`);
    for (let i = 1; i < 150; i++) {
      // The nonces can be guessed.
      call.write({ response_nonce: i.toString(36) });
      book.put(large(i));
      // Time for the server to take what was said.
      for (let turn = 0; turn < 3; turn++) await other.fetch({});
    }
    const pushes = (await metrics.sample('certgate_sds_pushes_total{kind="pair"}'))!;
    assert.ok(pushes > 1, "nothing was said");
    assert.ok(pushes < 40, `${pushes} of 150 were written`);
    call.cancel();
    other.close();
  }));

Deno.test("openSds() ends its streams when it closes, and another one takes over where it was", () =>
  withServer(async ({ book, client, server, path }) => {
    book.put(pairOf("a", "1"));
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    await stream.accept(["a"]);
    assert.equal(await server.close(5000), true);
    assert.equal((await stream.ended)?.code, 14);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
    // Nothing is left that would write.
    book.put(pairOf("a", "2"));
    const next = await openSds({ kind: "unix", path }, { ...parts(), book });
    assert.ok(next.kind === "open");
    const other = new SdsTestClient(`unix:${path}`);
    const late = other.stream("StreamSecrets");
    late.send({ node: NODE, resource_names: ["a"], version_info: pairOf("a", "1").version });
    assert.equal((await late.accept(["a"])).version, pairOf("a", "2").version);
    other.close();
    await next.close(1000);
  }));

Deno.test("openSds() lets only clients with a certificate in over TCP", async () => {
  const { certificate, key } = await makeSelfSigned({ commonName: "one", now: Date.now(), days: 1 });
  const refused: RefusedClient[] = [];
  const server = await openSds({ kind: "tcp", host: "127.0.0.1", port: 0 }, {
    ...parts(),
    credentials: new HookCredentials({ certificate, key, clientCa: certificate }),
    guard: {
      judge: (chain) => chain.length > 0 ? null : { refusal: "no_certificate", detail: "" },
      refused: (client) => refused.push(client),
    },
  });
  assert.ok(server.kind === "open", JSON.stringify(server));
  const [own, pem] = [Buffer.from(key.open()), Buffer.from(certificate)];
  const checked = { checkServerIdentity: () => undefined };
  assert.equal(await fetchBy(server.address, credentials.createSsl(pem, own, pem, checked)), null);
  assert.equal((await fetchBy(server.address, credentials.createSsl(pem, null, null, checked)))?.code, 14);
  assert.deepEqual(refused.map(({ refusal }) => refusal), ["no_certificate"]);
  await server.close(1000);
});

function fetchBy(target: string, channel: ChannelCredentials): Promise<ServiceError | null> {
  const client = new Client(target, channel, { "grpc.ssl_target_name_override": "one" });
  const raw = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(`/${SDS_SERVICE}/FetchSecrets`, raw, raw, Buffer.alloc(0), (error) => {
      client.close();
      resolve(error);
    });
  });
}

Deno.test("nothing that openSds() tells anybody has a key in it", () =>
  withServer(async ({ book, client, heard, log, metrics, server }) => {
    const marker = "never-to-be-seen";
    book.put(pairOf("a", marker));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a", "b"] });
    const [first] = [await stream.next(), await stream.next()];
    stream.answer(first, [], `tls_certificate { private_key { inline_string: "${marker}" } }`);
    await until("it was refused", () => heard.refused.length === 1);
    const told = [log.lines, heard, server.status(), [...book.resources()], await metrics.render()];
    for (const one of told) {
      for (const text of [JSON.stringify(one), Deno.inspect(one, { depth: 20 })]) {
        assert.ok(!text.includes(marker), text);
      }
    }
  }));
