import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAgent } from "../../lib/agent.ts";
import { parseConfig } from "../../lib/resources/mod.ts";
import { FakeLog } from "../fakes/fake_log.ts";
import { HookClient } from "../fakes/hook_client.ts";
import { DEPLOY } from "./generate.ts";

/** Directories as the volumes of the pod are, and the configuration with their paths. */
function volumes(path: string) {
  const dir = mkdtempSync(join(tmpdir(), "certgate-pod-"));
  for (const mount of ["run/certgate", "var/lib/certgate", "etc/certgate/certs", "etc/certgate/resources"]) {
    mkdirSync(join(dir, mount), { recursive: true });
  }
  // The kubelet leaves an emptyDir open to everybody; directories of a node are made by the operator.
  if (path.startsWith("sidecar/")) {
    for (const mount of ["run/certgate", "var/lib/certgate"]) chmodSync(join(dir, mount), 0o2777);
  }
  const text = readFileSync(DEPLOY + path, "utf8")
    .replace(/(?<= |\/\/)\/(run|var|etc)\//g, `${dir}/$1/`)
    .replace(/(listen: [\d.]+):9794/, "$1:0");
  const result = parseConfig(text, path);
  assert(result.ok, JSON.stringify(result));
  // The default is in a volume too, and never the directory of this machine.
  const { stateDir } = result.config;
  const config = { ...result.config, stateDir: stateDir.startsWith(dir) ? stateDir : join(dir, stateDir) };
  return { dir, config, [Symbol.dispose]: () => rmSync(dir, { recursive: true }) };
}

for (const path of ["sidecar/config.yaml", "daemonset/config.yaml"]) {
  Deno.test(`certgate gets ready with deploy/${path} in volumes such as a pod has`, async () => {
    using pod = volumes(path);
    const log = new FakeLog();
    const start = () => startAgent(pod.config, { version: "0.1.0", log, clock: Date.now });
    // Twice: an emptyDir outlives the container, and a directory of the node outlives the pod.
    for (let round = 0; round < 2; round++) {
      const agent = await start();
      assert(agent.kind === "agent", JSON.stringify(agent));
      try {
        const { port } = new URL(agent.http);
        for (const probe of ["/healthz", "/readyz", "/metrics"]) {
          const response = await fetch(`http://127.0.0.1:${port}${probe}`);
          assert.equal(response.status, 200, probe);
          await response.body?.cancel();
        }
        const client = new HookClient(pod.config.hook.listen.replace("unix://", "unix:"));
        assert.equal((await client.call("PostTranslateModify", new Uint8Array())).length, 0);
        client.close();
      } finally {
        await agent.stop();
      }
    }
  });
}

Deno.test("certgate refuses an emptyDir itself as its state directory, which is why stateDir is inside", async () => {
  using pod = volumes("sidecar/config.yaml");
  const config = { ...pod.config, stateDir: join(pod.dir, "var/lib/certgate") };
  const agent = await startAgent(config, { version: "0.1.0", log: new FakeLog(), clock: Date.now });
  assert(
    agent.kind === "failed" && agent.message.includes("every user may write there"),
    JSON.stringify(agent),
  );
});

Deno.test("the Containerfile takes from the release what is in it", () => {
  const text = readFileSync(`${DEPLOY}Containerfile`, "utf8");
  assert(text.includes("dist/SHA256SUMS dist/certgate_${VERSION}_linux_${TARGETARCH}.tar.gz"));
  assert(text.indexOf("sha256sum --check") < text.indexOf("tar -xzf"));
  assert.match(text, /^USER 65532:65532$/m);
  assert.match(text, /^ENTRYPOINT \["\/usr\/local\/bin\/certgate"\]$/m);
});
