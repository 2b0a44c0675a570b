import assert from "node:assert/strict";
import { join } from "node:path";
import { parseConfig } from "../../lib/resources/mod.ts";
import { Host, SHELLS } from "./_host.ts";
import { releasesFor } from "./_releases.ts";

const { url } = await releasesFor({ "0.1.0": {}, "0.2.0": {} });
const ARGS = ["--version", "0.1.0", "--base-url", url];

/** A host with certbot, and an Envoy Gateway that systemd starts. */
async function addNeighbours(host: Host): Promise<void> {
  await host.write("etc/letsencrypt/archive/example.com/privkey1.pem", "key\n", 0o600);
  await host.write("etc/letsencrypt/live/README", "about\n");
  await host.write(
    "usr/lib/systemd/system/envoy-gateway.service",
    "[Service]\nUser=gateway\nExecStart=/usr/local/bin/envoy-gateway server --config-path /etc/eg/config.yaml\n",
  );
  await host.write(
    "etc/eg/config.yaml",
    `provider:
  custom:
    resource:
      file:
        paths: ["/srv/objects"]
    infrastructure:
      host:
        runtimeDir: /run/eg # of its own
`,
  );
  for (const version of ["1.9.0", "1.40.0"]) {
    await host.write(`root/.local/share/envoy-gateway/envoy-versions/${version}/bin/envoy`, version, 0o755);
  }
}

for (const shell of SHELLS) {
  Deno.test(`install.sh prints what fits certbot and Envoy Gateway (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await addNeighbours(host);
    const { code, stderr, stdout } = await host.run(ARGS);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(
      stdout,
      /^Envoy Gateway is here: \/usr\/local\/bin\/envoy-gateway, unit envoy-gateway\.service, configuration \/etc\/eg\/config\.yaml\.$/m,
    );
    assert.match(stdout, /^sources:\n {2}- path: "\/etc\/letsencrypt\/live\/\*" # certbot$/m);
    assert.match(
      stdout,
      /^gate:\n {2}resources: "\/srv\/objects" .*\n {2}output: "\/var\/lib\/certgate\/gate"/m,
    );
    assert.match(stdout, /^envoy:\n {2}runtimeDir: "\/run\/eg"$/m);
    assert.match(stdout, /chgrp -R certgate-keys \/etc\/letsencrypt\/live \/etc\/letsencrypt\/archive$/m);
    assert.match(stdout, /^extensionManager: from /m, "what certgate eg-config says");
    assert.match(stdout, /It runs as user gateway here, who may not read/);
    assert.equal(host.has("etc/certgate/envoy-gateway.yaml"), false);
    assert.doesNotMatch(await host.read("etc/certgate/config.yaml"), /What install\.sh has found/);
    assert.doesNotMatch((await host.run(ARGS)).stdout, /Envoy Gateway/, "and does so once");
  });

  Deno.test(`install.sh --configure writes it, and nothing over what is there (${shell.name})`, async () => {
    await using host = await Host.make(shell);
    await addNeighbours(host);
    await host.run([...ARGS, "--configure"]);
    const text = await host.read("etc/certgate/config.yaml");
    const parsed = parseConfig(text, "config.yaml");
    assert.ok(parsed.ok, JSON.stringify(parsed));
    assert.equal(parsed.config.gate.resources, "/srv/objects");
    assert.equal(parsed.config.envoy.runtimeDir, "/run/eg");
    assert.deepEqual(parsed.config.sources.map(({ path }) => path), ["/etc/letsencrypt/live/*"]);
    assert.match(await host.read("etc/certgate/envoy-gateway.yaml"), /paths: "\/var\/lib\/certgate\/gate"/);
    assert.match(
      await host.read("etc/systemd/system/envoy-gateway.service.d/certgate.conf"),
      /^After=certgate\.service$/m,
    );
    const key = await Deno.stat(join(host.root, "etc/letsencrypt/archive/example.com/privkey1.pem"));
    assert.equal((key.mode! & 0o777).toString(8), "640");
    assert.match(
      await host.read("etc/letsencrypt/renewal-hooks/deploy/certgate"),
      /^chgrp -R certgate-keys live archive$/m,
    );
    assert.match(
      await host.read("etc/eg/config.yaml"),
      /\/srv\/objects/,
      "that of Envoy Gateway is not touched",
    );

    const before = await host.state();
    const again = await host.run([...ARGS, "--configure"]);
    assert.deepEqual([again.code, again.stderr], [0, ""]);
    // Only root can have given the group away, so that nothing is left to do.
    assert.deepEqual(again.calls.filter((call) => Deno.uid() === 0 || !call.startsWith("chgrp")), []);
    assert.deepEqual(await host.state(), before);

    await host.write("etc/certgate/config.yaml", "gate: { output: /var/lib/certgate/gate }\n", 0o640);
    const beside = await host.run([...ARGS, "--configure"]);
    assert.match(
      beside.stdout,
      /config\.yaml stays as it is: compare it with \/etc\/certgate\/config\.yaml\.new/,
    );
    assert.equal(await host.read("etc/certgate/config.yaml"), "gate: { output: /var/lib/certgate/gate }\n");
    assert.equal(await host.read("etc/certgate/config.yaml.new"), text);
  });

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh --configure leaves keys alone that have a group of their own (${shell.name})`, {
      ignore: Deno.uid() !== 0,
    }, async () => {
      await using host = await Host.make(shell);
      await addNeighbours(host);
      const key = join(host.root, "etc/letsencrypt/archive/example.com/privkey1.pem");
      await Deno.chown(key, 0, 4242);
      const { code, stdout, calls } = await host.run([...ARGS, "--configure"]);
      assert.equal(code, 0);
      assert.match(stdout, /certbot's files have a group of their own and keep it/);
      assert.deepEqual(
        calls.filter((call) => call.startsWith("chgrp")),
        [],
      );
      assert.deepEqual([(await Deno.stat(key)).gid, (await Deno.stat(key)).mode! & 0o777], [4242, 0o600]);
      assert.equal(host.has("etc/letsencrypt/renewal-hooks"), false);
    });
  }

  if (shell === SHELLS[0]) {
    Deno.test(`install.sh --configure brings an Envoy where certgate may run it (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      await addNeighbours(host);
      const place = "usr/local/lib/certgate/envoy";
      await host.run([...ARGS, "--configure"]);
      assert.equal(await host.read(place), "1.40.0", "a copy: the unit sees no homes");
      await host.run(["--uninstall"]);
      assert.equal(host.has(place), false);

      await host.write("opt/envoy/bin/envoy", "1.41.0", 0o755);
      await host.run([...ARGS, "--configure"]);
      assert.equal(await Deno.readLink(join(host.root, place)), "/opt/envoy/bin/envoy");
      const again = await host.run([...ARGS, "--configure"]);
      assert.doesNotMatch(again.stdout, /link/);
      await host.run(["--uninstall"]);

      await host.write("usr/local/bin/envoy", "another", 0o755);
      await host.run([...ARGS, "--configure"]);
      assert.equal(host.has(place), false, "not needed where there is one that certgate finds");
    });
  }

  if (shell === SHELLS.at(-1)) {
    Deno.test(`install.sh finds an Envoy Gateway that somebody has started by hand (${shell.name})`, async () => {
      await using host = await Host.make(shell);
      const words = ["/opt/eg/envoy-gateway", "server", "-c", "/srv/eg.yaml", ""];
      await host.write("proc/4711/cmdline", words.join("\0"));
      await host.write("proc/4712/cmdline", ["grep", "envoy-gateway", ""].join("\0"));
      await host.write("srv/eg.yaml", "paths:\n  - /a\n  - /b\n");
      const { stdout } = await host.run(ARGS);
      assert.match(
        stdout,
        /^Envoy Gateway is here: \/opt\/eg\/envoy-gateway, configuration \/srv\/eg\.yaml\.$/m,
      );
      assert.match(stdout, /resources: "\/etc\/certgate\/resources"/, "of two directories none is chosen");
      assert.doesNotMatch(stdout, /certbot/);
    });
  }
}
