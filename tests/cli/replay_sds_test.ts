import assert from "node:assert/strict";
import { runCommandLine } from "../../lib/cli/mod.ts";
import { makePlaceholder } from "../../lib/pki/mod.ts";
import { FakeTerminal } from "../fakes/fake_terminal.ts";
import { inDirectory } from "../fakes/in_directory.ts";
import { makePair, makePairFiles } from "../fakes/pair_files.ts";
import { byName, chain, cluster, pairSecret, request, requestBytes } from "../golden/build.ts";

const placeholder = (name: string) =>
  new TextDecoder().decode(makePlaceholder({ names: [name] }).certificate);

Deno.test("replay has what the sources have now stand behind placeholders, and withholds the rest", () =>
  inDirectory(async (directory) => {
    const hosts = ["a.test", "b.test"];
    const [file, config] = [`${directory}/snapshot.pb`, `${directory}/config.yaml`];
    await Deno.writeFile(
      file,
      requestBytes(request({
        clusters: [cluster("backend")],
        secrets: hosts.map((host) => pairSecret(`edge/${host}`, placeholder(host))),
        listeners: [{
          name: "https",
          filterChains: hosts.map((host) => chain(host, byName(`edge/${host}`))),
        }],
      })),
    );
    await Deno.mkdir(`${directory}/live`);
    makePair(`${directory}/live/a.test`, await makePairFiles("a.test"));
    const source = `{ path: "${directory}/live/*", namespace: edge, delivery: sds }`;
    await Deno.writeTextFile(config, `envoy: { path: none }\nsources: [${source}]\n`);
    const terminal = new FakeTerminal();
    assert.equal(await runCommandLine(["replay", file, "--diff", "-c", config], terminal), 0);
    const { stdout } = terminal;
    assert.match(stdout, /^cluster certgate_sds\n {2}\+ the cluster that leads to certgate's SDS server$/m);
    assert.match(stdout, /asks certgate for "edge\/a\.test"$/m);
    assert.match(stdout, /^secret edge\/a\.test\n {2}- the placeholder; certgate delivers it$/m);
    assert.doesNotMatch(stdout, /asks certgate for "edge\/b\.test"/);
    assert.match(stdout, /^withheld:\n {2}b\.test: /m);
  }));
