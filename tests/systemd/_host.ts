import { join } from "node:path";
import { makeSelfSigned } from "../../lib/pki/mod.ts";
import { bundle } from "../../release/bundle.ts";
import { FLAGS } from "../../release/permissions.ts";
import { readProject } from "../../release/project.ts";
import { toolPath } from "../setup/tools.ts";
import { type ConfinedHost, IDS } from "./_confine.ts";

/** Runs any program with the permissions of certgate, for the confined service. */
export const PROGRAM_RUNNER = "/usr/local/bin/with-permissions-of-certgate";

const RUNTIME = "/opt/certgate/deno";
const BUNDLE = "/opt/certgate/bundle";

/** The hosts that are served, with who may read their key. */
export const HOSTS = ["www.example.com", "private.example.com"] as const;

/**
 * A host as the installer leaves it, with two pairs: the key of the first can be read by the group certgate-keys, that of
 * the second by root alone. The program is the bundle that is released, with the permissions that are baked into it; only
 * the binary around the two is another one.
 */
export async function makeHost(): Promise<ConfinedHost & AsyncDisposable> {
  const dir = await Deno.makeTempDir();
  const at = (name: string) => join(dir, name);
  for (const name of ["etc/certs", "etc/resources", "state", "run", "manager", "home", "other"]) {
    await Deno.mkdir(at(name), { recursive: true, mode: 0o755 });
  }
  // Temporary directories are closed to others, and the service is another user.
  await Deno.chmod(dir, 0o755);
  for (const name of ["state", "run"]) await Deno.chown(at(name), IDS.user, IDS.group);
  await Deno.chmod(at("state"), 0o700);
  await Deno.writeTextFile(at("home/readable"), "", { mode: 0o644 });
  await putPair(at("etc/certs"), HOSTS[0], { group: IDS.keys, mode: 0o640 });
  await putPair(at("etc/certs"), HOSTS[1], { group: 0, mode: 0o600 });
  await Deno.writeTextFile(at("etc/resources/web.json"), JSON.stringify(gateway(), null, 2));
  await Deno.writeTextFile(at("etc/config.yaml"), configuration());
  const { folder, main } = await bundle(await readProject(), at("bundle"));
  await Deno.copyFile("/bin/true", at("state/planted"));
  await Deno.chmod(at("state/planted"), 0o755);
  const flags = FLAGS.map(({ flag }) => `'${flag}'`).join(" ");
  // A compiled binary keeps nothing; the runtime alone keeps what it has compiled.
  const script = `#!/bin/sh\nexport DENO_DIR=/tmp/deno\nexec ${RUNTIME} run --no-config ${flags}`;
  const envoy = toolPath("envoy");
  return {
    dir,
    binds: [
      [at("etc"), "/etc/certgate"],
      [at("state"), "/var/lib/certgate"],
      [at("run"), "/run/certgate"],
      [at("manager"), "/run/systemd"],
      [at("home"), "/root/home"],
      [at("other"), "/var/lib/other"],
      [folder, BUNDLE],
      [Deno.execPath(), RUNTIME],
      ...envoy === null ? [] : [[envoy, "/usr/local/lib/certgate/envoy"] as const],
    ],
    files: {
      "/usr/local/bin/certgate": `${script} ${BUNDLE}/${main} "$@"\n`,
      [PROGRAM_RUNNER]: `${script} "$@"\n`,
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

async function putPair(
  directory: string,
  host: string,
  { group, mode }: { group: number; mode: number },
): Promise<void> {
  const { certificate, key } = await makeSelfSigned({ names: [host], now: Date.now() - 60_000, days: 30 });
  const folder = join(directory, host);
  await Deno.mkdir(folder, { mode: 0o755 });
  await Deno.writeFile(join(folder, "tls.crt"), certificate, { mode: 0o644 });
  await Deno.writeFile(join(folder, "tls.key"), key.open());
  await Deno.chown(join(folder, "tls.key"), 0, group);
  await Deno.chmod(join(folder, "tls.key"), mode);
}

function gateway(): unknown {
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "Gateway",
    metadata: { name: "web", namespace: "edge" },
    spec: {
      gatewayClassName: "edge",
      listeners: HOSTS.map((hostname) => ({
        name: hostname.split(".")[0],
        protocol: "HTTPS",
        port: 443,
        hostname,
        tls: { certificateRefs: [{ name: hostname }] },
      })),
    },
  };
}

function configuration(): string {
  return [
    'http: { listen: "127.0.0.1:0" }',
    'sources: [{ path: "/etc/certgate/certs/*", namespace: edge }]',
    "gate: { resources: /etc/certgate/resources, output: /var/lib/certgate/gate }",
    "watch: { pollInterval: 100, settle: 50, absenceGrace: 50, staleGrace: 50 }",
    "envoy: { admin: none }",
    "",
  ].join("\n");
}
