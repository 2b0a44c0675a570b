import assert from "node:assert/strict";
import { FakeHost, freePort, makeProgram, ReleaseServer, total } from "./harness/mod.ts";
import { makeRelease } from "../../release/release.ts";
import { readTargets } from "../../release/targets.ts";
import { isOnPath } from "../runner/is_on_path.ts";

Deno.test({
  name: "one line brings an empty host from the files of a release to a running certgate",
  ignore: !isOnPath("curl"),
  fn: async () => {
    const directory = await Deno.makeTempDir({ prefix: "certgate-line-" });
    try {
      const { path, project, bundle } = await makeProgram(`${directory}/built`);
      // A package says which C library its binary needs, and a script needs none by itself.
      await Deno.writeTextFile(path, "# GLIBC_2.27\0\n", { append: true });
      const binaries = new Map([[readTargets(undefined)[0], await Deno.readFile(path)]]);
      await makeRelease({ project, binaries, bundle }, `${directory}/dist`);
      const server = new ReleaseServer(project.version, `${directory}/dist`);
      const root = `${directory}/host`;
      const http = `127.0.0.1:${freePort()}`;
      const host = await FakeHost.make(root, http, {
        CERTGATE_HTTP_LISTEN: http,
        CERTGATE_HOOK_LISTEN: `unix://${root}/var/lib/certgate/hook.sock`,
        CERTGATE_STATE_DIR: `${root}/var/lib/certgate`,
      });
      try {
        const { code, output } = await host.installByOneLine(server.base, project.version);
        assert.equal(code, 0, output);
        assert.deepEqual(host.asked, [
          "daemon-reload",
          "enable certgate.service",
          "restart certgate.service",
        ]);
        const { version, revision } = project;
        assert.equal(total(await host.certgate().metrics(), "certgate_build_info", { version, revision }), 1);
      } finally {
        await host.stop();
        await server.stop();
      }
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
