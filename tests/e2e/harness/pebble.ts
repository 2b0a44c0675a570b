import { join } from "node:path";
import { makeAuthority } from "../../../lib/pki/mod.ts";
import { freePorts } from "./ports.ts";
import { Program } from "./process.ts";
import { until } from "./wait.ts";
import { toolPath } from "../../setup/tools.ts";

/** Why tests with the real server are skipped; `false` if it is there. */
export const pebbleIsMissing: boolean = toolPath("pebble") === null ||
  toolPath("pebble-challtestsrv") === null;

/** What a server is started with. */
export interface PebbleOptions {
  /** Of a hundred good numbers, how many are refused; default none. */
  readonly nonceReject?: number;
  /** Identifiers of external accounts and their keys; without one everybody may register. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Ports of a server that has been stopped. */
  readonly ports?: PebblePorts;
}

/** Where it listens. */
export interface PebblePorts {
  readonly acme: number;
  readonly management: number;
  /** Where it asks for proofs over HTTP. */
  readonly http: number;
  readonly tls: number;
  readonly dns: number;
  readonly dnsManagement: number;
}

/** A real ACME server with a name server of its own, for which every name is this host. */
export interface Pebble extends AsyncDisposable {
  /** URL of the directory. */
  readonly server: string;
  /** File with the authority of its own certificate. */
  readonly caBundle: string;
  readonly ports: PebblePorts;
  /** What it has written, to count requests in. */
  output(): Promise<string>;
  /** Sends the server a signal: SIGSTOP makes it slow, SIGCONT quick again. */
  signal(signal: Deno.Signal): void;
  /** Asks what it gives besides ACME: `roots/0` and the like; with a body it is told something. */
  manage(path: string, body?: unknown): Promise<string>;
  /** Asks or tells the name server. */
  dns(path: string, body: unknown): Promise<string>;
}

/**
 * What both ends of one connection have to agree on about the loopback: an authority, and a certificate of it. A server that
 * comes back has the one that it had.
 */
async function writePair(folder: string): Promise<{ caBundle: string; certificate: string; key: string }> {
  const paths = {
    caBundle: join(folder, "ca.pem"),
    certificate: join(folder, "tls.crt"),
    key: join(folder, "tls.key"),
  };
  if (await Deno.stat(paths.key).then(() => true, () => false)) return paths;
  const notBefore = Date.now() - 60_000;
  const end = notBefore + 86_400_000;
  const authority = await makeAuthority({ commonName: "acme test", notBefore, end, key: "ecdsa" });
  const pair = await authority.issue({
    commonName: "localhost",
    names: ["localhost"],
    notBefore,
    end,
    key: "ecdsa",
  });
  await Deno.writeFile(paths.caBundle, authority.certificate);
  await Deno.writeFile(paths.certificate, pair.certificate);
  await Deno.writeFile(paths.key, pair.key.open(), { mode: 0o600 });
  return paths;
}

/** Starts both and waits until they answer. */
export async function startPebble(folder: string, options: PebbleOptions = {}): Promise<Pebble> {
  await Deno.mkdir(folder, { recursive: true });
  const [acme, management, http, tls, dns, dnsManagement] = freePorts(6);
  const ports = options.ports ?? { acme, management, http, tls, dns, dnsManagement };
  const { caBundle, certificate, key } = await writePair(folder);
  const config = join(folder, "pebble.json");
  await Deno.writeTextFile(config, JSON.stringify(configuration(ports, { certificate, key }, options)));
  const names = new Program(toolPath("pebble-challtestsrv")!, {
    args: namesArguments(ports),
    log: join(folder, "names.log"),
  });
  const program = new Program(toolPath("pebble")!, {
    args: ["-strict", "-config", config, "-dnsserver", `127.0.0.1:${ports.dns}`],
    log: join(folder, "pebble.log"),
    env: {
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_ALTERNATE_ROOTS: "1",
      PEBBLE_AUTHZREUSE: "0",
      PEBBLE_WFE_NONCEREJECT: `${options.nonceReject ?? 0}`,
    },
  });
  const client = Deno.createHttpClient({ caCerts: [await Deno.readTextFile(caBundle)] });
  const ask = async (url: string, body?: unknown) => {
    const method = body === undefined ? "GET" : "POST";
    const response = await fetch(url, {
      client,
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url}: ${response.status}: ${text}`);
    return text;
  };
  const server = `https://localhost:${ports.acme}/dir`;
  await until("pebble answers", () => ask(server), { within: 15_000, every: 20 });
  await until("its name server answers", () =>
    ask(`http://127.0.0.1:${ports.dnsManagement}/clear-txt`, {
      host: "nobody.example.",
    }).then(() => true), { within: 15_000, every: 20 });
  return {
    server,
    caBundle,
    ports,
    output: () => program.output(),
    signal: (signal) => program.signal(signal),
    manage: (path, body) => ask(`https://localhost:${ports.management}/${path}`, body),
    dns: (path, body) => ask(`http://127.0.0.1:${ports.dnsManagement}/${path}`, body),
    async [Symbol.asyncDispose]() {
      if (program.running) client.close();
      await Promise.all([program.stop("SIGKILL"), names.stop("SIGKILL")]);
    },
  };
}

function namesArguments(ports: PebblePorts): string[] {
  const none = ["http01", "https01", "tlsalpn01", "doh"].flatMap((name) => [`-${name}`, ""]);
  return [
    ...none,
    "-defaultIPv4",
    "127.0.0.1",
    "-defaultIPv6",
    "",
    "-dnsserver",
    `127.0.0.1:${ports.dns}`,
    "-management",
    `127.0.0.1:${ports.dnsManagement}`,
  ];
}

function configuration(
  ports: PebblePorts,
  { certificate, key }: { certificate: string; key: string },
  { externalAccounts }: PebbleOptions,
) {
  return {
    pebble: {
      listenAddress: `127.0.0.1:${ports.acme}`,
      managementListenAddress: `127.0.0.1:${ports.management}`,
      certificate,
      privateKey: key,
      httpPort: ports.http,
      tlsPort: ports.tls,
      externalAccountBindingRequired: externalAccounts !== undefined,
      externalAccountMACKeys: externalAccounts ?? {},
      domainBlocklist: ["blocked.example"],
      retryAfter: { authz: 1, order: 1 },
      keyAlgorithm: "ecdsa",
      profiles: {
        default: { description: "ninety days", validityPeriod: 7_776_000 },
        shortlived: { description: "six days", validityPeriod: 518_400 },
      },
    },
  };
}
