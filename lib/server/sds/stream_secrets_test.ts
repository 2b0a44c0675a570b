import assert from "node:assert/strict";
import { pairOf, until, withServer } from "../../../tests/fakes/sds_scene.ts";

const NODE = { id: "node-1", cluster: "edge" };

Deno.test("StreamSecrets sends a secret, and again only when it is another", () =>
  withServer(async ({ book, client, heard }) => {
    const [one, two] = [pairOf("a", "1"), pairOf("a", "2")];
    book.put(one);
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    const first = await stream.accept(["a"]);
    assert.equal(first.version, one.version);
    assert.deepEqual(first.secrets.map(({ name }) => name), ["a"]);
    assert.ok(first.secrets[0].content.tls_certificate);
    await until("it was taken", () => heard.accepted.length === 1);
    book.use(new Map([["a", pairOf("a", "1")], ["b", pairOf("b", "1")]]));
    book.put(two);
    const second = await stream.accept(["a"]);
    assert.equal(second.version, two.version);
    assert.notEqual(second.nonce, first.nonce);
    await until("it was taken", () => heard.accepted.length === 2);
    assert.deepEqual(heard.accepted, [`a ${one.version}`, `a ${two.version}`]);
    assert.equal(stream.left, 0);
  }));

Deno.test("StreamSecrets leaves out what came while an answer was waited for, and sends the newest", () =>
  withServer(async ({ book, client, metrics }) => {
    book.put(pairOf("a", "1"));
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    const first = await stream.next();
    for (let i = 2; i < 50; i++) book.put(pairOf("a", String(i)));
    stream.answer(first, ["a"]);
    assert.equal((await stream.accept(["a"])).version, pairOf("a", "49").version);
    await until(
      "both are counted",
      async () => await metrics.sample("certgate_sds_acks_total") === 2,
    );
    assert.equal(await metrics.sample('certgate_sds_pushes_total{kind="pair"}'), 2);
  }));

Deno.test("StreamSecrets passes over a request whose nonce is not the last", () =>
  withServer(async ({ book, client, heard }) => {
    book.put(pairOf("a", "1"));
    book.put(pairOf("b", "1"));
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    const first = await stream.accept(["a"]);
    book.put(pairOf("a", "2"));
    const second = await stream.next();
    // Says b, and that the first was bad: both long past.
    stream.answer(first, ["a", "b"], "bad");
    stream.answer({ ...second, nonce: "of another stream" }, ["a", "b"], "bad");
    stream.answer(second, ["a"]);
    await until("the second was taken", () => heard.accepted.length === 2);
    assert.deepEqual(heard.refused, []);
    assert.equal(stream.left, 0);
  }));

Deno.test("StreamSecrets sends nothing to whoever comes again with the version that there is", () =>
  withServer(async ({ book, client, server }) => {
    const [one, two] = [pairOf("a", "1"), pairOf("a", "2")];
    book.put(one);
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"], version_info: one.version });
    await until("it counts as taken", () => server.status().names[0]?.acceptedBy === 1);
    assert.equal(stream.left, 0);
    book.put(two);
    assert.equal((await stream.accept(["a"])).version, two.version);
  }));

Deno.test("StreamSecrets sends what is new to whoever comes again with an old version", () =>
  withServer(async ({ book, client }) => {
    book.put(pairOf("a", "2"));
    const stream = client.stream("StreamSecrets");
    // A nonce of an earlier stream means nothing on this one.
    stream.send({
      node: NODE,
      resource_names: ["a"],
      version_info: pairOf("a", "1").version,
      response_nonce: "9",
    });
    assert.equal((await stream.accept(["a"])).version, pairOf("a", "2").version);
  }));

Deno.test("StreamSecrets sends one secret in a response, and follows what is asked for", () =>
  withServer(async ({ book, client, server }) => {
    for (const name of ["a", "b", "c"]) book.put(pairOf(name, "1"));
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a", "b"] });
    const names = async (then: string[]) => (await stream.accept(then)).secrets.map(({ name }) => name);
    assert.deepEqual(await names(["a", "b"]), ["a"]);
    assert.deepEqual(await names(["b", "c"]), ["b"]);
    assert.deepEqual(await names(["b", "c"]), ["c"]);
    const asked = () =>
      server.status().names.filter(({ subscribers }) => subscribers > 0).map(({ name }) => name);
    await until("a is asked for no more", () => asked().join() === "b,c");
    book.put(pairOf("a", "2"));
    book.put(pairOf("b", "2"));
    assert.deepEqual(await names(["a", "b", "c"]), ["b"]);
    // Asked for again, so sent again.
    assert.deepEqual(await names(["a", "b", "c"]), ["a"]);
  }));

Deno.test("StreamSecrets ends the wait for a name that there is nothing under with a secret that Envoy refuses", () =>
  withServer(async ({ book, client, heard, log, metrics }) => {
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    const none = await stream.next();
    assert.equal(none.version, "");
    assert.deepEqual(none.secrets, [
      { name: "a", version: "", content: { tls_certificate: { certificate_chain: {} } } },
    ]);
    stream.answer({ ...none, version: "" }, ["a"], "Proto constraint validation failed");
    book.put(pairOf("a", "1"));
    assert.equal((await stream.accept(["a"])).version, pairOf("a", "1").version);
    await until("it was taken", () => heard.accepted.length === 1);
    assert.deepEqual([heard.unknown, heard.refused], [["a"], []]);
    assert.equal(await metrics.sample("certgate_sds_nacks_total"), 0);
    assert.equal(await metrics.sample("certgate_sds_unknown_names_total"), 1);
    assert.deepEqual(log.sentences("warn"), ["an Envoy asks for a secret that there is none of"]);
  }));

Deno.test("StreamSecrets leaves whoever holds a secret with it when there is nothing any more", () =>
  withServer(async ({ book, client, heard }) => {
    book.put(pairOf("a", "1"));
    const stream = client.stream("StreamSecrets");
    stream.send({ node: NODE, resource_names: ["a"] });
    await stream.accept(["a"]);
    await until("it was taken", () => heard.accepted.length === 1);
    book.remove("a");
    assert.deepEqual(heard.unknown, ["a"]);
    book.put(pairOf("a", "2"));
    assert.equal((await stream.accept(["a"])).version, pairOf("a", "2").version);
    assert.equal(stream.left, 0);
  }));

Deno.test("StreamSecrets sends a refused version to nobody, and at once what is put in its place", () =>
  withServer(async ({ book, client, heard, server, log }) => {
    const [good, bad] = [pairOf("a", "good"), pairOf("a", "bad")];
    heard.atRefusal = () => book.put(good);
    book.put(good);
    const streams = [client.stream("StreamSecrets"), client.stream("StreamSecrets")];
    for (const stream of streams) stream.send({ node: NODE, resource_names: ["a"] });
    for (const stream of streams) await stream.accept(["a"]);
    book.put(bad);
    const refused = await streams[0].next();
    assert.equal(refused.version, bad.version);
    streams[0].answer({ ...refused, version: good.version }, ["a"], "KEY_VALUES\nMISMATCH");
    assert.equal((await streams[0].accept(["a"])).version, good.version);
    assert.deepEqual(heard.refused, [
      { name: "a", version: bad.version, message: "KEY_VALUES?MISMATCH", node: "node-1", at: 1000 },
    ]);
    const late = client.stream("StreamSecrets");
    late.send({ resource_names: ["a"] });
    assert.equal((await late.accept(["a"])).version, good.version);
    // Put in again by mistake: it is in the book, and goes to nobody.
    book.put(bad);
    const [{ withheld, lastRefusal }] = server.status().names;
    assert.deepEqual([withheld, lastRefusal?.version], [true, bad.version]);
    const later = client.stream("StreamSecrets");
    later.send({ resource_names: ["a"] });
    assert.equal((await later.next()).version, "");
    assert.ok(log.sentences("warn").includes("an Envoy refused a secret"));
  }));

Deno.test("StreamSecrets gives nothing to whoever asks for everything, and warns once", () =>
  withServer(async ({ book, client, log, server }) => {
    book.put(pairOf("a", "1"));
    for (const resource_names of [[], ["*"]]) {
      const stream = client.stream("StreamSecrets");
      stream.send({ node: NODE, resource_names });
      stream.send({ resource_names: [...resource_names, "a"] });
      assert.equal((await stream.accept(["a"])).version, pairOf("a", "1").version);
      assert.equal(stream.left, 0);
    }
    const sentence = "an Envoy asks for all secrets and gets none, they are given out by name";
    assert.equal(log.sentences("warn").filter((line) => line === sentence).length, 2);
    assert.equal(server.status().names.length, 1);
  }));

Deno.test("StreamSecrets refuses another type and what does not read", () =>
  withServer(async ({ client, server }) => {
    for (
      const request of [
        { type_url: "type.googleapis.com/envoy.config.cluster.v3.Cluster" },
        Buffer.from([10, 127]),
        { resource_names: ["x".repeat(4097)] },
      ]
    ) {
      const stream = client.stream("StreamSecrets");
      stream.send(request);
      assert.equal((await stream.ended)?.code, 3);
    }
    const plain = client.stream("StreamSecrets");
    plain.send({ type_url: "", resource_names: ["a"] });
    assert.equal((await plain.next()).secrets[0].name, "a");
    await until("only the good one is left", () => server.status().clients[0]?.streams === 1);
  }));

Deno.test("FetchSecrets answers with what there is of what was asked for", () =>
  withServer(async ({ book, client }) => {
    for (const name of ["a", "b", "c"]) book.put(pairOf(name, "1"));
    const { secrets, typeUrl } = await client.fetch({ node: NODE, resource_names: ["c", "a", "x", "a"] });
    assert.deepEqual(secrets.map(({ name }) => name), ["c", "a"]);
    assert.match(typeUrl, /Secret$/);
    assert.deepEqual((await client.fetch({ node: NODE })).secrets, []);
    await assert.rejects(client.fetch({ type_url: "x" }), { code: 3 });
    await assert.rejects(client.fetch({ resource_names: ["x".repeat(4097)] }), { code: 3 });
  }));
