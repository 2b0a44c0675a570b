import assert from "node:assert/strict";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { FakeLog } from "../../tests/fakes/fake_log.ts";
import { fakeMetrics } from "../../tests/fakes/fake_metrics.ts";
import { KeyMaterial, type PairBytes, type PublishedObject } from "../model/mod.ts";
import { openEgDirectory } from "./eg_directory.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const pairOf = (text: string, staple?: string): PairBytes => ({
  certificate: bytes(`certificate ${text}`),
  key: new KeyMaterial(bytes(`key ${text}`)),
  staple: staple === undefined ? null : bytes(staple),
});

function object(
  kind: string,
  name: string,
  rest: Partial<PublishedObject> & { spec?: never } = {},
): PublishedObject {
  const apiVersion = kind === "Secret" ? "v1" : "gateway.networking.k8s.io/v1";
  const value = { apiVersion, kind, metadata: { name, namespace: "ns" } };
  return { apiVersion, kind, namespace: "ns", name, value, ...rest };
}

const gateway = object("Gateway", "edge");
const secret = (text: string) => object("Secret", "a", { pair: pairOf(text) });

async function bed(
  use: (bed: {
    directory: string;
    file: string;
    log: FakeLog;
    metrics: ReturnType<typeof fakeMetrics>;
    open: () => ReturnType<typeof openEgDirectory>;
    names: () => string[];
  }) => Promise<void>,
) {
  const parent = await Deno.makeTempDir();
  const directory = join(parent, "out");
  const log = new FakeLog(), metrics = fakeMetrics();
  try {
    await use({
      directory,
      file: join(directory, "certgate.yaml"),
      log,
      metrics,
      open: () => openEgDirectory({ directory, log, metrics, clock: () => 5000 }),
      names: () => [...Deno.readDirSync(directory)].map(({ name }) => name).sort(),
    });
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("openEgDirectory() publishes everything in one file that only its owner can read", () =>
  bed(async ({ directory, file, open, names, metrics }) => {
    const eg = await open();
    assert.equal(eg.file, file);
    const { changed, problem, revision } = await eg.publish([
      object("Secret", "a", { pair: pairOf("1", "staple") }),
      object("Secret", "b", { pair: pairOf("2") }),
      gateway,
    ]);
    assert.deepEqual([changed, problem], [true, ""]);
    assert.match(revision, /^[0-9a-f]{16}$/);
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    assert.equal((await Deno.stat(directory)).mode! & 0o777, 0o700);
    assert.deepEqual(names(), ["certgate.yaml"]);
    const text = await Deno.readTextFile(file);
    assert(text.startsWith("# made by certgate, do not edit\napiVersion: v1\n"));
    const [a, b, c] = parseAllDocuments(text).map((document) => document.toJS());
    assert.deepEqual(a.data, {
      "tls.crt": btoa("certificate 1"),
      "tls.key": btoa("key 1"),
      "tls.ocsp-staple": btoa("staple"),
    });
    assert.equal(
      b.data["tls.ocsp-staple"],
      "",
      "a key that is left out would stay in envoy gateway's memory",
    );
    assert.deepEqual(c, gateway.value);
    assert.equal(await metrics.sample("certgate_gate_publications_total"), 1);
    assert.equal(await metrics.sample("certgate_gate_last_publish_timestamp_seconds"), 5);
  }));

Deno.test("openEgDirectory() does not touch a file that says the same, after a restart neither", () =>
  bed(async ({ file, open, metrics }) => {
    const objects = () => [secret("1"), gateway];
    const eg = await open();
    const { revision } = await eg.publish(objects());
    const before = await Deno.stat(file);
    assert.deepEqual(await eg.publish(objects()), { changed: false, revision, problem: "" });
    const again = await (await open()).publish(objects());
    assert.deepEqual(again, { changed: false, revision, problem: "" });
    const after = await Deno.stat(file);
    assert.deepEqual([after.ino, after.mtime, after.ctime], [before.ino, before.mtime, before.ctime]);
    assert.equal(await metrics.sample("certgate_gate_publications_total"), 1);
    const other = await eg.publish([secret("2"), gateway]);
    assert(other.changed && other.revision !== revision);
    assert((await Deno.readTextFile(file)).includes(btoa("key 2")));
  }));

Deno.test("openEgDirectory() puts right what somebody has changed, deleted or opened to others", () =>
  bed(async ({ directory, file, open, log }) => {
    const eg = await open();
    await eg.publish([gateway]);
    // An Envoy Gateway that was there before the directory never sees what is in it.
    const made = "the output directory is made: an envoy gateway that runs already has to be started again";
    assert.deepEqual(log.sentences("warn"), [made]);
    const text = await Deno.readTextFile(file);
    const harms: [string, () => Promise<void>][] = [
      ["changed", () => Deno.writeTextFile(file, text.replace("edge", "egde"))],
      ["deleted", () => Deno.remove(file)],
      ["opened", () => Deno.chmod(file, 0o644)],
      ["replaced by a link", async () => {
        await Deno.remove(file);
        await Deno.symlink("/dev/null", file);
      }],
      ["directory deleted", () => Deno.remove(directory, { recursive: true })],
    ];
    for (const [i, [what, harm]] of harms.entries()) {
      assert.equal(await eg.intact(), true, what);
      await harm();
      assert.equal(await eg.intact(), false, what);
      assert.equal((await eg.publish([gateway])).changed, true, what);
      assert.equal(await Deno.readTextFile(file), text, what);
      const { isFile, mode } = await Deno.lstat(file);
      assert.deepEqual([isFile, mode! & 0o777], [true, 0o600], what);
      assert.equal(log.sentences("warn").filter((text) => text !== made).length, i + 1, what);
    }
    assert.equal(log.sentences("warn").filter((text) => text === made).length, 2);
    await Deno.utime(file, 1, 1);
    assert.equal((await eg.publish([gateway])).changed, false);
  }));

Deno.test("openEgDirectory() gives further classes and proxies files of their own, while there are any", () =>
  bed(async ({ directory, open, names, log }) => {
    const eg = await open();
    const kindsOf = async (name: string) =>
      parseAllDocuments(await Deno.readTextFile(join(directory, name))).map((one) => {
        const { kind, metadata } = one.toJS();
        return `${kind} ${metadata.name}`;
      });
    await eg.publish([
      object("GatewayClass", "c1"),
      object("EnvoyProxy", "p1"),
      object("EnvoyProxy", "p2"),
      gateway,
      object("EnvoyProxy", "p3"),
    ]);
    assert.deepEqual(names(), ["certgate-2.yaml", "certgate-3.yaml", "certgate.yaml"]);
    assert.deepEqual(await kindsOf("certgate.yaml"), ["GatewayClass c1", "EnvoyProxy p1", "Gateway edge"]);
    assert.deepEqual(await kindsOf("certgate-2.yaml"), ["EnvoyProxy p2"]);
    assert.deepEqual(await kindsOf("certgate-3.yaml"), ["EnvoyProxy p3"]);
    const objects = [object("EnvoyProxy", "p1"), gateway];
    assert.equal((await eg.publish(objects)).changed, true);
    assert.deepEqual(names(), ["certgate.yaml"]);
    await Deno.writeTextFile(join(directory, "certgate-2.yaml"), "left by an earlier process");
    assert.equal((await (await open()).publish(objects)).changed, true);
    assert.deepEqual(names(), ["certgate.yaml"]);
    assert.equal(log.lines.length, 1, "that the directory was made");
  }));

Deno.test("openEgDirectory() has each object in some file at every moment while they move between files", () =>
  bed(async ({ directory, open }) => {
    const proxies = (...names: string[]) => names.map((name) => object("EnvoyProxy", name));
    const names = async () => {
      const texts = [...Deno.readDirSync(directory)].filter(({ isFile }) => isFile)
        .map(({ name }) => Deno.readTextFile(join(directory, name)));
      return (await Promise.all(texts)).flatMap((text) =>
        [...text.matchAll(/ name: (p\d)/g)].map(([, name]) => name)
      );
    };
    const eg = await open();
    await eg.publish(proxies("p1", "p2"));
    // What comes first in turn cannot be written, so nothing after it may have been.
    await Deno.mkdir(join(directory, "certgate-3.yaml", "in the way"), { recursive: true });
    assert.notEqual((await eg.publish(proxies("p0", "p1", "p2"))).problem, "");
    assert.deepEqual((await names()).sort(), ["p1", "p2"]);
    await Deno.remove(join(directory, "certgate-3.yaml"), { recursive: true });
    await eg.publish(proxies("p0", "p1", "p2"));
    assert.deepEqual((await names()).sort(), ["p0", "p1", "p2"]);
    await Deno.remove(join(directory, "certgate.yaml"));
    await Deno.mkdir(join(directory, "certgate.yaml", "in the way"), { recursive: true });
    assert.notEqual((await eg.publish(proxies("p1", "p2"))).problem, "");
    assert.deepEqual((await names()).sort(), ["p1", "p2"]);
  }));

Deno.test("openEgDirectory() removes what a killed process left, and warns once of what others put there", () =>
  bed(async ({ directory, open, names, log }) => {
    await Deno.mkdir(directory);
    const strange = [".hidden", "README.md", "other.yaml"];
    for (const name of strange) await Deno.writeTextFile(join(directory, name), "");
    await Deno.writeTextFile(join(directory, `.certgate-${crypto.randomUUID()}.tmp`), "half");
    await Deno.mkdir(join(directory, "sub"));
    const eg = await open();
    await eg.publish([gateway]);
    await eg.publish([]);
    assert.deepEqual(names(), [...strange, "certgate.yaml", "sub"].sort());
    assert.deepEqual(
      log.lines.map(({ fields }) => fields.path).sort(),
      [join(directory, "README.md"), join(directory, "other.yaml")],
    );
  }));

Deno.test("openEgDirectory() warns of a directory into which every user may write", () =>
  bed(async ({ directory, open, log }) => {
    await Deno.mkdir(directory);
    for (const [mode, warnings] of [[0o755, 0], [0o777, 1]]) {
      await Deno.chmod(directory, mode);
      assert.equal((await (await open()).publish([gateway])).problem, "");
      assert.equal(log.sentences("warn").length, warnings);
    }
  }));

Deno.test("openEgDirectory() makes an empty file of nothing", () =>
  bed(async ({ file, open }) => {
    assert.equal((await (await open()).publish([])).changed, true);
    assert.equal(await Deno.readTextFile(file), "");
    assert.equal((await (await open()).publish([])).changed, false);
  }));

Deno.test("openEgDirectory() says why it cannot write, and writes as soon as it can", () =>
  bed(async ({ directory, file, open, metrics, names }) => {
    await Deno.mkdir(join(file, "in the way"), { recursive: true });
    const eg = await open();
    const { problem, changed } = await eg.publish([gateway]);
    assert(problem.startsWith(`Cannot write "${file}": `), problem);
    assert.equal(changed, false);
    assert.equal((await eg.publish([gateway])).problem, problem);
    assert.deepEqual(names(), ["certgate.yaml"]);
    assert.equal(await metrics.sample("certgate_gate_publish_failed"), 1);
    await Deno.remove(directory, { recursive: true });
    await Deno.writeTextFile(directory, "");
    assert.equal((await eg.publish([gateway])).problem, `Cannot use "${directory}": it is not a directory`);
    await Deno.remove(directory);
    await Deno.symlink("/tmp", directory);
    assert.match(
      (await eg.publish([gateway])).problem,
      /it is a symbolic link, which Envoy Gateway takes for a file$/,
    );
    await Deno.remove(directory);
    assert.equal((await eg.publish([gateway])).problem, "");
    assert.equal(await metrics.sample("certgate_gate_publish_failures_total"), 4);
    assert.equal(await metrics.sample("certgate_gate_publish_failed"), 0);
    const lost = await openEgDirectory({
      directory: join(directory, "a", "b"),
      log: new FakeLog(),
      metrics,
      clock: () => 0,
    });
    assert.match((await lost.publish([gateway])).problem, /No such file or directory/);
  }));

Deno.test("openEgDirectory() puts a pair into the Secret that is there, beside what else it holds", () =>
  bed(async ({ file, open }) => {
    const eg = await open();
    const pair = pairOf("1");
    const { value } = object("Secret", "a");
    const withData = (data: Record<string, string>) =>
      object("Secret", "a", { pair, value: { ...value, data, type: "kubernetes.io/tls" } });
    await eg.publish([withData({ "ca.crt": "Q0E=", "tls.crt": "b2xk", "tls.ocsp-staple": "b2xk" })]);
    const [document] = parseAllDocuments(await Deno.readTextFile(file));
    assert.deepEqual(document.toJS(), {
      ...value,
      type: "kubernetes.io/tls",
      data: {
        "ca.crt": "Q0E=",
        "tls.crt": btoa("certificate 1"),
        "tls.key": btoa("key 1"),
        "tls.ocsp-staple": "",
      },
    });
    assert.equal((await eg.publish([withData({ "ca.crt": "Q0I=" })])).changed, true);
    assert.equal((await eg.publish([withData({ "ca.crt": "Q0I=", "tls.key": "b2xk" })])).changed, false);
  }));
