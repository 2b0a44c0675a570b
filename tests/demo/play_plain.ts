import type { AgentStatus } from "../../lib/server/mod.ts";
import { Backend } from "../e2e/harness/backend.ts";
import { TestAuthority, type TestPair } from "../e2e/harness/pairs.ts";
import { freePort } from "../e2e/harness/ports.ts";
import { probe } from "../e2e/harness/probe.ts";
import { until } from "../e2e/harness/wait.ts";
import { CertbotFolder } from "./certbot_folder.ts";
import { type DemoHost, probeAll } from "./outcome.ts";
import type { Stage } from "./play.ts";
import { certgate, type RunningCertgate, startCertgate } from "./start_certgate.ts";
import { launchEnvoy, type RunningEnvoy } from "./start_envoy.ts";

/** What came of it, and where to look while everything still runs. */
export interface PlayedPlain {
  /** Whether every good host was served all the time, and the bad one by nobody's certificate. */
  readonly kept: boolean;
  readonly port: number;
  /** PEM of the authority of the hosts. */
  readonly trust: string;
  /** `host:port` of certgate's status and metrics. */
  readonly http: string;
  /** `host:port` of the admin interface of Envoy. */
  readonly admin: string;
  /** A host that is served. */
  readonly host: string;
  /** Path of certgate's configuration. */
  readonly config: string;
}

interface Scene {
  readonly say: (line: string) => void;
  readonly authority: TestAuthority;
  readonly folder: CertbotFolder;
  readonly hosts: DemoHost[];
  readonly agent: RunningCertgate;
  readonly envoy: RunningEnvoy;
  readonly port: number;
}

/** An Envoy without Envoy Gateway, certbot's folders, and certgate between them. Everything still runs when it returns. */
export async function playPlain(stage: Stage): Promise<PlayedPlain> {
  const { say, keep } = stage;
  const backend = new Backend();
  keep(() => backend.stop());
  say(`Making ${stage.good} good certificates and one that Envoy refuses, in folders as certbot has them`);
  const authority = await TestAuthority.make();
  const folder = new CertbotFolder(`${stage.folder}/letsencrypt`);
  const hosts = await makePlainHosts(authority, stage.good);
  for (const { pair } of hosts) folder.renew(pair);
  const [port, admin] = [freePort(), freePort()];
  const agent = await startCertgate(stage, {
    envoy: `, admin: ["127.0.0.1:${admin}"]`,
    more: [
      `sources: [{ path: "${folder.pattern}", delivery: sds }]`,
      `sds: { listen: "unix://${stage.folder}/sds.sock" }`,
    ],
  });
  say("Envoy starts with what certgate envoy-config prints, and asks certgate for each certificate");
  const printed = await certgate(
    ...["envoy-config", "--config", agent.config, "--port", String(port), "-o", "json"],
    ...["--backend", `127.0.0.1:${backend.port}`],
  );
  const envoy = await launchEnvoy(stage.envoy, onLoopback(JSON.parse(printed)), {
    folder: `${stage.folder}/envoy`,
    keep: (program) => keep(() => program.stop()),
  });
  const scene: Scene = { say, authority, folder, hosts, agent, envoy, port };
  await until("Envoy serves the good hosts", () => areServed(scene), { within: 30_000 });
  const kept = [await showAll(scene), await renew(scene), await breakOne(scene), await showAll(scene)];
  say(
    kept.every(Boolean)
      ? "\nA good certificate reached Envoy at once, and a bad one cost nobody but itself."
      : "\nNot everything went as it should; the logs are in the folder of the demo.",
  );
  return {
    kept: kept.every(Boolean),
    port,
    trust: authority.pem,
    http: agent.http,
    admin: envoy.admin.address,
    host: hosts[0].pair.host,
    config: agent.config,
  };
}

const NAMES = ["shop", "blog", "mail"];

async function makePlainHosts(authority: TestAuthority, good: number): Promise<DemoHost[]> {
  const hosts: DemoHost[] = [];
  for (let at = 0; at < good; at++) {
    const name = NAMES[at] ?? `site-${at + 1}`;
    hosts.push({ pair: await authority.issue(`${name}.example.com`), flaw: null });
  }
  const pair = await authority.issue("old.example.com", "p-224");
  return [...hosts, { pair, flaw: "key on curve P-224" }];
}

/** What is printed listens for everybody; a demo is nobody's business but this machine's. */
// deno-lint-ignore no-explicit-any -- any configuration of Envoy
function onLoopback(config: any): unknown {
  config.static_resources.listeners[0].address.socket_address.address = "127.0.0.1";
  return config;
}

async function areServed({ hosts, port, authority }: Scene): Promise<boolean> {
  const good = hosts.filter(({ flaw }) => flaw === null);
  return (await probeAll(good, port, authority.pem)).every(({ kind }) => kind === "served");
}

/** Says what a client of each host gets; whether it is what it should be. */
async function showAll({ say, hosts, port, authority }: Scene): Promise<boolean> {
  const outcomes = await probeAll(hosts, port, authority.pem);
  say("");
  for (const [at, { pair, flaw }] of hosts.entries()) {
    say(`  ${pair.host.padEnd(20)} ${(flaw ?? "good").padEnd(20)} ${outcomes[at].words}`);
  }
  say("");
  return hosts.every(({ flaw }, at) => outcomes[at].kind === (flaw === null ? "served" : "dark"));
}

async function serialOf({ port, authority }: Scene, { host }: TestPair): Promise<string | null> {
  const answer = await probe({ port, host, trust: authority.pem });
  return answer.kind === "closed" ? null : answer.serial;
}

/** A renewal that is well: says how long it took. */
async function renew(scene: Scene): Promise<boolean> {
  const { say, authority, folder, hosts } = scene;
  const pair = await authority.issue(hosts[0].pair.host);
  say(`certbot renews ${pair.host}`);
  folder.renew(pair);
  const { ms } = await until(
    "the renewed certificate is served",
    async () => await serialOf(scene, pair) === pair.serial,
    { within: 30_000, every: 5 },
  );
  hosts[0] = { pair, flaw: null };
  say(`  a new connection got the new certificate ${Math.round(ms)} ms after the last link was moved`);
  return true;
}

/** A renewal with the key of another pair: says what certgate and Envoy make of it. */
async function breakOne(scene: Scene): Promise<boolean> {
  const { say, authority, folder, hosts, agent, envoy } = scene;
  const { pair } = hosts[1];
  const broken = await authority.issue(pair.host);
  say(`\na renewal of ${pair.host} goes wrong: its key is that of another certificate`);
  folder.renew(broken, hosts[2].pair.key);
  await until("certgate holds the earlier pair", async () => {
    const response = await fetch(`http://${agent.http}/v1/status`, { signal: AbortSignal.timeout(2000) });
    const { gate } = await response.json() as AgentStatus;
    return gate?.pairs.find(({ name }) => name === pair.host)?.serving === "held";
  }, { within: 30_000 });
  const { rejected } = await envoy.admin.refusals();
  const refused = Object.values(rejected).reduce((sum, count) => sum + count, 0);
  const serial = await serialOf(scene, pair);
  say(
    `  certgate holds the earlier pair, Envoy was sent nothing and has refused ${refused} updates; ${pair.host} is ` +
      (serial === pair.serial ? "served as before" : "not served as before"),
  );
  return refused === 0 && serial === pair.serial;
}
