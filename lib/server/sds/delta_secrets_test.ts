import assert from "node:assert/strict";
import { pairOf, until, withServer } from "../../../tests/fakes/sds_scene.ts";

const NODE = { id: "node-1", cluster: "edge" };

Deno.test("DeltaSecrets sends a secret with its version, and again only when it is another", () =>
  withServer(async ({ book, client, heard }) => {
    const [one, two] = [pairOf("a", "1"), pairOf("a", "2")];
    book.put(one);
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a"] });
    const first = await stream.accept();
    assert.deepEqual(first.secrets.map(({ name, version }) => [name, version]), [["a", one.version]]);
    assert.deepEqual(first.removed, []);
    await until("it was taken", () => heard.accepted.length === 1);
    book.use(new Map([["a", pairOf("a", "1")], ["b", pairOf("b", "1")]]));
    book.put(two);
    assert.equal((await stream.accept()).secrets[0].version, two.version);
    await until("it was taken", () => heard.accepted.length === 2);
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets says at once that there is nothing under a name, and sends what comes later", () =>
  withServer(async ({ book, client, heard }) => {
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a"] });
    const none = await stream.accept();
    assert.deepEqual([none.removed, none.secrets], [["a"], []]);
    book.put(pairOf("a", "1"));
    assert.equal((await stream.accept()).secrets[0].version, pairOf("a", "1").version);
    book.remove("a");
    assert.deepEqual((await stream.accept()).removed, ["a"]);
    book.put(pairOf("a", "1"));
    assert.equal((await stream.accept()).secrets[0].version, pairOf("a", "1").version);
    assert.deepEqual(heard.unknown, ["a"]);
  }));

Deno.test("DeltaSecrets sends what is put into the book because a name was unknown, and nothing else", () =>
  withServer(async ({ book, client, heard }) => {
    heard.atUnknown = (name) => book.put(pairOf(name, "made"));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a", "b"] });
    const names = [await stream.accept(), await stream.accept()].map(({ secrets }) => secrets[0]?.name);
    assert.deepEqual(names.sort(), ["a", "b"]);
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets sends only what whoever comes again does not hold", () =>
  withServer(async ({ book, client, server }) => {
    for (const name of ["a", "b"]) book.put(pairOf(name, "2"));
    const stream = client.stream("DeltaSecrets");
    stream.send({
      node: NODE,
      resource_names_subscribe: ["a", "b", "gone"],
      initial_resource_versions: {
        a: pairOf("a", "2").version,
        b: pairOf("b", "1").version,
        gone: "1",
        other: "1",
      },
    });
    assert.deepEqual((await stream.accept()).secrets.map(({ name }) => name), ["b"]);
    assert.deepEqual((await stream.accept()).removed, ["gone"]);
    await until(
      "both count as taken",
      () => server.status().names.every((one) => one.kind === null || one.acceptedBy === 1),
    );
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets follows names that are added, taken away and asked for again", () =>
  withServer(async ({ book, client, server }) => {
    for (const name of ["a", "b"]) book.put(pairOf(name, "1"));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a"] });
    await stream.accept();
    stream.send({ resource_names_subscribe: ["b"] });
    assert.equal((await stream.accept()).secrets[0].name, "b");
    stream.send({ resource_names_unsubscribe: ["a", "never asked for"] });
    const asked = () => server.status().names.filter(({ subscribers }) => subscribers > 0).length;
    await until("a is asked for no more", () => asked() === 1);
    book.put(pairOf("a", "2"));
    stream.send({ resource_names_subscribe: ["b"] });
    assert.equal((await stream.accept()).secrets[0].name, "b");
    stream.send({ resource_names_subscribe: ["a"] });
    assert.equal((await stream.accept()).secrets[0].version, pairOf("a", "2").version);
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets waits for the answer to a name before it sends that name again, and for no other", () =>
  withServer(async ({ book, client }) => {
    for (const name of ["a", "b"]) book.put(pairOf(name, "1"));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a", "b"] });
    const [first, second] = [await stream.next(), await stream.next()];
    for (let i = 2; i < 20; i++) book.put(pairOf("a", String(i)));
    stream.answer(second);
    book.put(pairOf("b", "2"));
    assert.equal((await stream.accept()).secrets[0].version, pairOf("b", "2").version);
    assert.equal(stream.left, 0);
    stream.answer(first);
    assert.equal((await stream.accept()).secrets[0].version, pairOf("a", "19").version);
  }));

Deno.test("DeltaSecrets knows from the nonce which version was refused, and passes over others", () =>
  withServer(async ({ book, client, heard }) => {
    heard.atRefusal = ({ name }) => book.put(pairOf(name, "good"));
    for (const name of ["a", "b"]) book.put(pairOf(name, "1"));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: ["a", "b"] });
    const [first, second] = [await stream.next(), await stream.next()];
    stream.answer({ ...first, nonce: "what" }, [], "bad");
    stream.answer(second);
    stream.answer(first, [], "bad");
    // The same answer twice means something once.
    stream.answer(first, [], "bad");
    assert.deepEqual((await stream.accept()).secrets.map(({ name, version }) => [name, version]), [
      ["a", pairOf("a", "good").version],
    ]);
    assert.deepEqual(heard.refused.map(({ name, version }) => [name, version]), [[
      "a",
      pairOf("a", "1").version,
    ]]);
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets leaves whoever holds a secret with it while the book has only one that was refused", () =>
  withServer(async ({ book, client, heard }) => {
    book.put(pairOf("a", "1"));
    const [one, two] = [client.stream("DeltaSecrets"), client.stream("DeltaSecrets")];
    for (const stream of [one, two]) stream.send({ node: NODE, resource_names_subscribe: ["a"] });
    await one.accept();
    const late = await two.next();
    book.put(pairOf("a", "2"));
    one.answer(await one.next(), [], "bad");
    await until("it was refused", () => heard.refused.length === 1);
    two.answer(late);
    await until("the other took the first", () => heard.accepted.length === 2);
    book.put(pairOf("a", "3"));
    for (const stream of [one, two]) {
      assert.equal((await stream.accept()).secrets[0]?.version, pairOf("a", "3").version);
      assert.equal(stream.left, 0);
    }
  }));

Deno.test("DeltaSecrets sends many names on one stream with a bounded number of responses in flight", () =>
  withServer(async ({ book, client, heard }) => {
    const names = Array.from({ length: 300 }, (_, i) => `n${i}`);
    book.use(new Map(names.map((name) => [name, pairOf(name, "1")])));
    const stream = client.stream("DeltaSecrets");
    stream.send({ node: NODE, resource_names_subscribe: names });
    const first = await stream.next();
    await until("as many as may be are there", () => stream.left === 15);
    stream.answer(first);
    const got = new Set([first.secrets[0].name]);
    while (got.size < names.length) got.add((await stream.accept()).secrets[0].name);
    await until("all are taken", () => heard.accepted.length === names.length);
    assert.equal(stream.left, 0);
  }));

Deno.test("DeltaSecrets gives nothing to whoever asks for everything, and refuses another type", () =>
  withServer(async ({ book, client, log }) => {
    book.put(pairOf("a", "1"));
    for (const resource_names_subscribe of [[], ["*"]]) {
      const stream = client.stream("DeltaSecrets");
      stream.send({ node: NODE, resource_names_subscribe });
      stream.send({ resource_names_subscribe: ["a"] });
      await stream.accept();
      assert.equal(stream.left, 0);
    }
    assert.equal(log.sentences("warn").length, 2);
    const wrong = client.stream("DeltaSecrets");
    wrong.send({ type_url: "type.googleapis.com/x" });
    assert.equal((await wrong.ended)?.code, 3);
    const long = client.stream("DeltaSecrets");
    long.send({ resource_names_subscribe: ["x".repeat(4097)] });
    assert.equal((await long.ended)?.code, 3);
    const many = client.stream("DeltaSecrets");
    many.send({ resource_names_subscribe: Array.from({ length: 16_385 }, (_, i) => `n${i}`) });
    assert.equal((await many.ended)?.code, 8);
  }));
