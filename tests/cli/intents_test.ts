import assert from "node:assert/strict";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";

async function certgate(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(args, terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

const gateway = (annotations: string) =>
  `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: edge
  namespace: public
  annotations:
    ${annotations}
spec:
  gatewayClassName: eg
  allowedListeners: { namespaces: { from: All } }
  listeners:
    - { name: www, hostname: www.example.com, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: www-tls }] } }
`;

const SET = `apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: { name: shop, namespace: shop }
spec:
  parentRef: { name: edge, namespace: public }
  listeners:
    - { name: shop, hostname: shop.example.com, port: 443, protocol: HTTPS, tls: { certificateRefs: [{ name: shop-tls }] } }
`;

const GOOD = gateway("cert-manager.io/issuer: letsencrypt");

/** Writes files into a directory for a moment. */
async function withFiles(
  files: Readonly<Record<string, string>>,
  use: (dir: string) => Promise<void>,
): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(join(dir, name), text);
    await use(dir);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

Deno.test("intents prints a Certificate as YAML for each Secret", async () => {
  await withFiles({ "edge.yaml": GOOD }, async (dir) => {
    const { code, out, err } = await certgate("intents", dir);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(parseAllDocuments(out).map((document) => document.toJS()), [{
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: {
        name: "www-tls",
        namespace: "public",
        annotations: {
          "acme.cert-manager.io/http01-parentrefkind": "Gateway",
          "acme.cert-manager.io/http01-parentrefname": "edge",
        },
      },
      spec: {
        dnsNames: ["www.example.com"],
        secretName: "www-tls",
        issuerRef: { name: "letsencrypt", kind: "Issuer", group: "cert-manager.io" },
        usages: ["digital signature", "key encipherment"],
      },
    }]);
  });
});

Deno.test("intents passes over ListenerSets and says so, unless --listener-sets is given", async () => {
  await withFiles({ "edge.yaml": GOOD, "shop.yaml": SET }, async (dir) => {
    const without = await certgate("intents", dir, "-o", "json");
    assert.equal(without.code, 0);
    assert.deepEqual(JSON.parse(without.out).items.length, 1);
    assert.match(without.err, /^note: 1 ListenerSet is passed over: --listener-sets has it looked at\n$/);
    const { code, out, err } = await certgate("intents", dir, "-o", "json", "--listener-sets");
    assert.equal(code, 0);
    const list = JSON.parse(out);
    assert.deepEqual([list.apiVersion, list.kind], ["v1", "List"]);
    assert.deepEqual(list.items.map((item: { metadata: { name: string } }) => item.metadata.name), [
      "www-tls",
      "shop-tls",
    ]);
    const place = `${dir}/edge.yaml:7:5`;
    assert.equal(
      err,
      `warning: ${place}: Issuer "letsencrypt" of Gateway "public/edge" is looked for in the namespace "shop" for ` +
        'ListenerSet "shop/shop" (OtherNamespace)\nhint: have one of that name there, or use "cert-manager.io/cluster-issuer"\n',
    );
  });
});

Deno.test("intents -o table has a row for each certificate, and --explain where each value comes from", async () => {
  await withFiles({ "edge.yaml": GOOD, "shop.yaml": SET }, async (dir) => {
    const { code, out } = await certgate("intents", `${dir}/`, "-o", "table", "--listener-sets", "--explain");
    assert.equal(code, 0);
    assert.match(
      out,
      /^SECRET +ISSUER +NAMES +OWNER\npublic\/www-tls +Issuer\/letsencrypt +www\.example\.com +Gateway public\/edge\n/,
    );
    const lines = out.split("\n");
    const behind = (line: string) => lines[lines.lastIndexOf(line) + 1].trim();
    assert.equal(
      behind("  spec.issuerRef.name: letsencrypt"),
      `inherited: annotation cert-manager.io/issuer of Gateway "public/edge", ${dir}/edge.yaml:7:5`,
    );
    assert.equal(
      behind("  spec.dnsNames: shop.example.com"),
      `spec.listeners[0].hostname of ListenerSet "shop/shop", ${dir}/shop.yaml:7:21`,
    );
    assert.equal(behind("  spec.issuerRef.group: cert-manager.io"), "default");
    assert.match(out, /metadata\.ownerReferences: none, the owner has no metadata\.uid in its file/);
    assert.match(out, /\n2 certificates, 0 objects that cannot be planned\n$/);
  });
});

Deno.test("intents --explain stays YAML and JSON that can be read", async () => {
  await withFiles(
    { "edge.yaml": gateway('cert-manager.io/issuer: "a\\n---\\nkind: Secret\\e[2J"') },
    async (dir) => {
      const yaml = await certgate("intents", dir, "--explain");
      const documents = parseAllDocuments(yaml.out).map((document) => document.toJS());
      assert.deepEqual(documents.map(({ kind }) => kind), ["Certificate"]);
      assert.equal(documents[0].spec.issuerRef.name, "a\n---\nkind: Secret\x1b[2J");
      assert(!yaml.out.includes("\x1b"));
      const { out } = await certgate("intents", dir, "--explain", "-o", "json");
      const [{ explain, owner }] = JSON.parse(out).intents;
      assert.deepEqual(owner, { kind: "Gateway", namespace: "public", name: "edge" });
      assert.equal(explain[0].place, `${dir}/edge.yaml:7:5`);
    },
  );
});

Deno.test("intents ends with 1 and the place where something is wrong, and prints the rest", async () => {
  const bad = gateway("cert-manager.io/issuer: a\n    cert-manager.io/duration: 90d").replace(
    "name: edge",
    "name: bad",
  )
    .replace("name: www-tls", "name: bad-tls");
  await withFiles({ "bad.yaml": bad, "edge.yaml": GOOD }, async (dir) => {
    const { code, out, err } = await certgate("intents", join(dir, "bad.yaml"), join(dir, "edge.yaml"));
    assert.equal(code, 1);
    assert.deepEqual(parse(out).metadata.name, "www-tls");
    assert.equal(
      err,
      `error: ${dir}/bad.yaml:8:5: Cannot plan certificates for Gateway "public/bad": annotation ` +
        '"cert-manager.io/duration" is "90d": it is no duration (BadConfig)\n' +
        "hint: write it as Go does, such as 2160h or 1h30m; there is no unit for days\n",
    );
  });
});

Deno.test("intents ends with 1 where a file is left out, and says which place is wrong", async () => {
  await withFiles({ "edge.yaml": GOOD, "torn.yaml": "kind: [\n" }, async (dir) => {
    const { code, out, err } = await certgate("intents", dir);
    assert.equal(code, 1);
    assert.match(out, /name: www-tls/);
    assert.match(err, /^error: .*torn\.yaml:\d+:\d+: Cannot use file/);
  });
});

Deno.test("intents --compat cert-manager and --map-issuer change who issues", async () => {
  const set = SET.replace(
    "namespace: shop }",
    "namespace: shop, annotations: { cert-manager.io/issuer: own } }",
  );
  const files = {
    "a.yaml": gateway("cert-manager.io/issuer: a\n    cert-manager.io/issuer-kind: K"),
    "b.yaml": set,
  };
  await withFiles(files, async (dir) => {
    const kindOf = async (...args: string[]) => {
      const { out } = await certgate("intents", dir, "-o", "json", "--listener-sets", ...args);
      const { name, kind } = JSON.parse(out).items[1].spec.issuerRef;
      return `${kind}/${name}`;
    };
    assert.equal(await kindOf(), "Issuer/own");
    assert.equal(await kindOf("--compat", "cert-manager"), "K/own");
    assert.equal(await kindOf("--map-issuer", "a=b", "own=mine"), "Issuer/mine");
  });
});

Deno.test("intents ends with 2 where it has nothing to read", async () => {
  const absent = await certgate("intents", "/nowhere");
  assert.equal(absent.code, 2);
  assert.match(absent.err, /^error: Cannot read "\/nowhere": No such file/);
  const wrong = await certgate("intents", "/nowhere", "--map-issuer", "a");
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /Expected two names such as staging=letsencrypt/);
  await withFiles({ "config.yaml": "gate: {}\n" }, async (dir) => {
    const { code, err } = await certgate("intents", "-c", join(dir, "config.yaml"));
    assert.equal(code, 2);
    assert.match(
      err,
      /^error: Cannot plan certificates: .*\nhint: name files or directories, or set gate\.resources\n/,
    );
  });
});

Deno.test("intents looks at gate.resources of the configuration where no path is given", async () => {
  await withFiles({ "edge.yaml": GOOD }, async (dir) => {
    const config = await Deno.makeTempFile({ suffix: ".yaml" });
    const output = await Deno.makeTempDir();
    await Deno.writeTextFile(config, `gate: { resources: ${dir}, output: ${output} }\n`);
    const { code, out, err } = await certgate("intents", "-c", config, "-o", "table");
    assert.deepEqual([code, err], [0, ""]);
    assert.match(out, /public\/www-tls/);
    await Deno.remove(config);
    await Deno.remove(output);
  });
});
