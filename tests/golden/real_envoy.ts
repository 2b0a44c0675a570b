/** Listeners of an answer on a real Envoy: asks whether it loads them, and what a TLS client of one gets. */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { type JsonObject, toJson } from "@bufbuild/protobuf";
import { type Listener, ListenerSchema } from "../../proto/gen/envoy/config/listener/v3/listener_pb.ts";
import { toolPath } from "../setup/tools.ts";
import { registry } from "./build.ts";

const INSPECTOR = "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector";

/** A bootstrap with these listeners, on ports of the system's choice; `udp` in a name makes it a QUIC listener. */
function bootstrap(listeners: readonly Listener[]): string {
  const loopback = (more: JsonObject) => ({ socketAddress: { address: "127.0.0.1", portValue: 0, ...more } });
  const full = listeners.map((listener) => {
    const json = toJson(ListenerSchema, listener, { registry }) as JsonObject;
    const udp = listener.name.includes("udp");
    return {
      ...json,
      address: loopback(udp ? { protocol: "UDP" } : {}),
      ...(udp ? { udpListenerConfig: { quicOptions: {} } } : {
        listenerFilters: json.listenerFilters ?? [{ name: "inspector", typedConfig: { "@type": INSPECTOR } }],
      }),
    };
  });
  return JSON.stringify({ admin: { address: loopback({}) }, staticResources: { listeners: full } });
}

async function withConfig<T>(
  listeners: readonly Listener[],
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "certgate-envoy-"));
  try {
    await writeFile(join(folder, "envoy.json"), bootstrap(listeners));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const common = ["--use-dynamic-base-id", "--log-level", "error", "--concurrency", "1"];

/** @returns what Envoy says against the listeners; empty if it takes them. */
export function refusal(listeners: readonly Listener[]): Promise<string> {
  return withConfig(listeners, async (folder) => {
    const args = ["--mode", "validate", "-c", join(folder, "envoy.json"), ...common];
    const { code, stderr } = await new Deno.Command(toolPath("envoy")!, { args }).output();
    return code === 0 ? "" : new TextDecoder().decode(stderr);
  });
}

/** Runs an Envoy with the listeners. @param use Gets the port of each listener by name. */
export function withEnvoy(
  listeners: readonly Listener[],
  use: (ports: ReadonlyMap<string, number>) => Promise<void>,
): Promise<void> {
  return withConfig(listeners, async (folder) => {
    const adminPath = join(folder, "admin");
    const args = ["-c", join(folder, "envoy.json"), "--admin-address-path", adminPath, ...common];
    const envoy = new Deno.Command(toolPath("envoy")!, { args, stdout: "null", stderr: "null" }).spawn();
    try {
      await use(await until(() => listenerPorts(adminPath, listeners.length)));
    } finally {
      envoy.kill("SIGKILL");
      await envoy.status;
    }
  });
}

async function listenerPorts(adminPath: string, count: number): Promise<Map<string, number> | null> {
  const admin = await readFile(adminPath, "utf8").catch(() => "");
  if (admin === "") return null;
  const answer = await fetch(`http://${admin}/listeners?format=json`).catch(() => null);
  const { listener_statuses: statuses = [] } = await answer?.json() ?? {};
  if (statuses.length < count) return null;
  return new Map(
    statuses.map((one: { name: string; local_address: { socket_address: { port_value: number } } }) => [
      one.name,
      one.local_address.socket_address.port_value,
    ]),
  );
}

/** Asks again until there is an answer; Envoy has half a minute to come up. */
async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  for (const end = Date.now() + 30_000; Date.now() < end;) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("Cannot start Envoy: its listeners did not come up within 30 s");
}

/** What a TLS client got: the common name of the certificate, and whether the connection outlived the handshake. */
export interface Seen {
  readonly certificate: string | null;
  readonly closed: boolean;
}

/** Connects with a server name, sends a byte, and waits for bytes or the end. */
export function look(port: number, servername: string): Promise<Seen> {
  return new Promise((resolve) => {
    let certificate: string | null = null;
    const socket = connect({ port, host: "127.0.0.1", servername, rejectUnauthorized: false });
    const done = (closed: boolean) => {
      socket.destroy();
      resolve({ certificate, closed });
    };
    socket.once("secureConnect", () => {
      certificate = String(socket.getPeerCertificate().subject.CN);
      socket.write("GET / HTTP/1.0\r\n\r\n");
    });
    socket.once("data", () => done(false));
    socket.once("error", () => done(true));
    socket.once("close", () => done(true));
  });
}
