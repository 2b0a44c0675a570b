import assert from "node:assert/strict";
import { parse } from "yaml";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { inDirectory } from "../fakes/in_directory.ts";
import { makePair, makePairFiles } from "../fakes/pair_files.ts";
import { toolPath } from "../setup/tools.ts";

async function print(...args: string[]) {
  const terminal = new FakeTerminal();
  const code = await runCommandLine(["envoy-config", ...args], terminal);
  return { code, out: terminal.stdout, err: terminal.stderr };
}

/** Runs something with the path of a configuration. */
function configured(text: string, body: (file: string, directory: string) => Promise<void>): Promise<void> {
  return inDirectory(async (directory) => {
    const file = `${directory}/config.yaml`;
    await Deno.writeTextFile(file, text.replaceAll("%D", directory));
    await body(file, directory);
  });
}

const HOSTS = ["--hostname", "a.test=edge/a", "--hostname", "*.b.test=b", "--hostname", "c.test=edge/a"];
const TLS = `sds:
  listen: tcp://0.0.0.0:9796
  tls: { certificate: /a.crt, key: /a.key, clientCa: /ca.crt }
`;

// deno-lint-ignore no-explicit-any
const socketOf = (chain: any) => chain.transport_socket.typed_config;
// deno-lint-ignore no-explicit-any
const clusterOf = (config: any, name: string) =>
  // deno-lint-ignore no-explicit-any
  config.static_resources.clusters.find((one: any) => one.name === name);

Deno.test("envoy-config asks certgate for the certificate of each host, those of one Secret in one chain", async () => {
  const { code, out } = await print(...HOSTS, "--port", "8443");
  assert.equal(code, 0);
  const config = parse(out);
  const [listener] = config.static_resources.listeners;
  assert.equal(listener.address.socket_address.port_value, 8443);
  assert.deepEqual(
    listener.filter_chains.map(({ filter_chain_match }: Record<string, unknown>) => filter_chain_match),
    [{ server_names: ["a.test", "c.test"] }, { server_names: ["*.b.test"] }],
  );
  const [a, b] = listener.filter_chains.map(socketOf);
  const [[own], [other]] = [a, b].map((one) => one.common_tls_context.tls_certificate_sds_secret_configs);
  assert.deepEqual([own.name, other.name], ["edge/a", "envoy-gateway-system/b"]);
  assert.equal(
    own.sds_config.api_config_source.api_type,
    "DELTA_GRPC",
    "a name without a pair holds nobody up",
  );
  assert.deepEqual(own.sds_config, other.sds_config, "Envoy knows a secret by these settings too");
  assert.deepEqual(a.common_tls_context.alpn_protocols, ["h2", "http/1.1"]);
  assert.equal(a.require_client_certificate, undefined);
  const sds = clusterOf(config, "certgate_sds");
  const [{ endpoint }] = sds.load_assignment.endpoints[0].lb_endpoints;
  assert.equal(endpoint.address.pipe.path, "/run/certgate/sds.sock");
  assert.ok(sds.circuit_breakers.thresholds[0].max_requests > 100_000, "each secret is a request");
  assert.ok(config.node.id && config.node.cluster, "Envoy asks nobody without them");
});

Deno.test("envoy-config takes the names of the pairs that sources with delivery sds have now", async () => {
  const text = `sources:
  - { path: "%D/live/*", namespace: edge, delivery: sds }
  - { path: "%D/other/*", delivery: gateway }
`;
  await configured(text, async (file, directory) => {
    for (const [path, name] of [["live", ""], ["other", ""], ["live/b", "b.test"], ["live/a", "*.a.test"]]) {
      if (name === "") await Deno.mkdir(`${directory}/${path}`);
      else makePair(`${directory}/${path}`, await makePairFiles(name));
    }
    makePair(`${directory}/live/copy`, await makePairFiles("b.test"));
    makePair(`${directory}/other/c`, await makePairFiles("c.test"));
    await Deno.mkdir(`${directory}/live/empty`);
    await Deno.writeTextFile(`${directory}/live/empty/tls.crt`, "nothing");
    const { code, out, err } = await print("-c", file, "-o", "json");
    assert.equal(code, 0, err);
    const chains = JSON.parse(out).static_resources.listeners[0].filter_chains;
    assert.deepEqual(
      chains.map(({ name, filter_chain_match }: Record<string, unknown>) => [name, filter_chain_match]),
      [["edge/a", { server_names: ["*.a.test"] }], ["edge/b", { server_names: ["b.test"] }]],
    );
    assert.equal(
      err,
      'note: "b.test" is of "edge/b", so "edge/copy" is not asked for it\n' +
        'note: "edge/empty" has no hostname that can be read, so there is no chain for it\n',
    );
  });
});

Deno.test("envoy-config checks clients with a bundle that Envoy asks for, the only one or the one that is named", async () => {
  const one = "sds: { bundles: [{ name: clients, file: /c.pem }] }\n";
  await configured(one, async (file) => {
    const chainOf = async (...more: string[]) =>
      socketOf(
        parse((await print("-c", file, ...HOSTS, ...more)).out).static_resources.listeners[0]
          .filter_chains[0],
      );
    const chain = await chainOf();
    assert.equal(chain.require_client_certificate, true);
    const { name, sds_config } = chain.common_tls_context.validation_context_sds_secret_config;
    assert.equal(name, "trust/envoy-gateway-system/clients");
    const [own] = chain.common_tls_context.tls_certificate_sds_secret_configs;
    assert.deepEqual(sds_config, own.sds_config);
    assert.equal((await chainOf("--client-ca", "none")).require_client_certificate, undefined);
  });
  const two =
    "sds: { bundles: [{ name: clients, file: /c.pem }, { name: clients, namespace: b, file: /d.pem }] }\n";
  await configured(two, async (file) => {
    const printed = await print("-c", file, ...HOSTS, "--client-ca", "b/clients");
    assert.match(printed.out, /name: trust\/b\/clients/);
    assert.doesNotMatch((await print("-c", file, ...HOSTS)).out, /trust\//);
    const unclear = await print("-c", file, ...HOSTS, "--client-ca", "clients");
    assert.deepEqual([unclear.code, unclear.out], [2, ""]);
    assert.match(unclear.err, /there is trust\/envoy-gateway-system\/clients, trust\/b\/clients/);
  });
});

Deno.test("envoy-config says what is missing", async () => {
  const nobody = await print();
  assert.deepEqual([nobody.code, nobody.out], [2, ""]);
  assert.match(nobody.err, /there is no host to be asked for\nhint: name them with --hostname NAME=SECRET/);
  assert.equal((await print("--pieces", "cluster")).code, 0);
  for (const wrong of ["a.test", "a.test=A_B", "=b", "a b=c", "*=c"]) {
    assert.equal((await print("--hostname", wrong)).code, 2, wrong);
  }
  assert.equal((await print(...HOSTS, "--hostname", "a.test=other")).code, 2);
  assert.match((await print(...HOSTS, "--backend", "nowhere")).err, /--backend has "nowhere"/);
  await configured(TLS, async (file) => {
    const { code, err } = await print("-c", file, "--pieces", "cluster");
    assert.equal(code, 2);
    assert.match(err, /it is not known what Envoy connects with\nhint: set sds\.envoy/);
  });
});

const ENVOY = toolPath("envoy");

async function validate(...args: string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command(ENVOY!, { args: ["--mode", "validate", ...args] }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

Deno.test({
  name: "envoy-config prints what Envoy takes, as a whole and as pieces of another configuration",
  ignore: ENVOY === null,
  fn: () =>
    configured("sds: { bundles: [{ name: clients, file: /c.pem }] }\n", async (file, directory) => {
      for (const format of ["yaml", "json"]) {
        const { out } = await print("-c", file, ...HOSTS, "-o", format, "--backend", "backend.test:80");
        await Deno.writeTextFile(`${directory}/envoy.${format}`, out);
        await validate("-c", `${directory}/envoy.${format}`);
      }
      await Deno.writeTextFile(`${directory}/own.yaml`, "node: { id: a, cluster: b }\n");
      const [cluster, listener] = await Promise.all(
        ["cluster", "listener"].map((pieces) => print("-c", file, ...HOSTS, "--pieces", pieces)),
      );
      const both = parse(listener.out);
      both.static_resources.clusters.push(...parse(cluster.out).static_resources.clusters);
      await validate("-c", `${directory}/own.yaml`, "--config-yaml", JSON.stringify(both));
      await validate("-c", `${directory}/own.yaml`, "--config-yaml", cluster.out);
    }),
});

Deno.test({
  name: "envoy-config prints a cluster with certificates on both sides that Envoy takes",
  ignore: ENVOY === null,
  fn: () =>
    configured(
      `${TLS}  envoy: { certificate: %D/a/tls.crt, key: %D/a/tls.key, ca: %D/a/tls.crt, serverName: certgate.test }\n`,
      async (file, directory) => {
        makePair(`${directory}/a`, await makePairFiles("a.test"));
        const { out } = await print("-c", file, ...HOSTS);
        const { type, transport_socket, load_assignment } = clusterOf(parse(out), "certgate_sds");
        assert.equal(type, "STRICT_DNS");
        const [{ endpoint }] = load_assignment.endpoints[0].lb_endpoints;
        assert.deepEqual(endpoint.address.socket_address, { address: "certgate.test", port_value: 9796 });
        const { sni, common_tls_context } = transport_socket.typed_config;
        assert.equal(sni, "certgate.test");
        const [{ matcher }] = common_tls_context.validation_context.match_typed_subject_alt_names;
        assert.deepEqual(matcher, { exact: "certgate.test" });
        await Deno.writeTextFile(`${directory}/envoy.yaml`, out);
        await validate("-c", `${directory}/envoy.yaml`);
      },
    ),
});
