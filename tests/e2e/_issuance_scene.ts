/**
 * A Gateway whose pairs one issuer makes, a ListenerSet with an issuer of its own and one without, and a host whose pair
 * somebody else has mounted: the same scene for all steps, so that "the others" means the same in each.
 */
import assert from "node:assert/strict";
import { everyServed, promised } from "./_expect.ts";
import { watched } from "./_watched.ts";
import {
  askHttp,
  type Bed,
  freePorts,
  type GatewayPorts,
  httpsRoute,
  issuedGateway,
  issuedSet,
  listenerName,
  type Pebble,
  probe,
  readPublished,
  redirectRoute,
  route,
  type ServedPair,
  servedPair,
  startPebble,
  type TestPair,
  until,
  WRONG_ISSUER,
} from "./harness/mod.ts";

/** The two servers. */
type ServerName = "first" | "second";

/**
 * The issuers of the configuration, beside the servers: `hasty` is the second one for who has little time, and `wrong` answers
 * with a chain for another key.
 */
export type IssuerName = ServerName | "hasty" | "wrong";

const host = (name: string) => `${name}.example.com`;

/** Hosts of the Gateway itself. */
export const GATEWAY_HOSTS: readonly string[] = ["one", "two"].map(host);
/** Host of the ListenerSet that names its issuer, `own`. */
export const OWN: string = host("own");
/** Host of the ListenerSet that does not, `heir`. */
export const HEIR: string = host("heir");
/** Host whose pair is mounted, and which no issuer has to do with. */
const KEPT = host("kept");

/** What each host shows. */
export type Picture = ReadonlyMap<string, ServedPair>;

/** Keys are made in no time, and all that is tried here is the same with any. */
const KEYS = { "private-key-algorithm": "ECDSA", "private-key-size": "256" } as const;

/** The scene on a bed. */
export class IssuanceScene {
  /** Authorities that hosts may lead to, live. */
  readonly roots: Map<string, string>;
  readonly #bed: Bed;
  readonly #ports: GatewayPorts;
  readonly #servers: Map<ServerName, Pebble>;
  readonly #kept: TestPair;
  /** Hosts that are looked at. */
  readonly #hosts = [...GATEWAY_HOSTS, OWN, HEIR];

  private constructor(
    bed: Bed,
    ports: GatewayPorts,
    servers: Map<ServerName, Pebble>,
    kept: TestPair,
  ) {
    this.#bed = bed;
    this.#ports = ports;
    this.#servers = servers;
    this.#kept = kept;
    this.roots = new Map([["mounted", bed.authority.pem]]);
  }

  /** Starts both servers and writes the resources. The servers end with the bed. */
  static async set(bed: Bed): Promise<IssuanceScene> {
    const [http, https] = freePorts(2);
    const [kept] = await bed.issue([KEPT]);
    const scene = new IssuanceScene(bed, { http, https }, new Map(), kept);
    await Promise.all([scene.startServer("first"), scene.startServer("second")]);
    await bed.mount([kept]);
    await Deno.writeTextFile(`${bed.directory}/wrong.pem`, (await bed.issue([OWN]))[0].certificate);
    const hosts = [...GATEWAY_HOSTS, KEPT];
    const annotations = {
      "cluster-issuer": "first",
      "ignore-tls-listeners": listenerName(KEPT),
      ...KEYS,
    };
    await bed.resources.put("30-edge", [
      issuedGateway("edge", scene.#ports, { hosts, annotations }),
      redirectRoute("edge"),
      httpsRoute("edge", hosts),
    ]);
    await scene.name("own", "second");
    await scene.name("heir", null);
    return scene;
  }

  /** Starts a server, also one that was here before; of what it knew then it knows nothing more. */
  async startServer(name: ServerName): Promise<void> {
    const [acme, management, tls, dns, dnsManagement] = freePorts(5);
    const ports = this.#servers.get(name)?.ports ??
      { acme, management, http: this.#ports.http, tls, dns, dnsManagement };
    const server = await startPebble(`${this.#bed.directory}/${name}`, { ports });
    this.#bed.keep({ stop: async () => await server[Symbol.asyncDispose]() });
    this.#servers.set(name, server);
    this.roots.set(name, await server.manage("roots/0"));
  }

  /** One of the servers. */
  server(name: ServerName): Pebble {
    return this.#servers.get(name)!;
  }

  /** Orders that a server has taken. What it refuses because of an old number is asked for again, and is none. */
  async orders(name: ServerName): Promise<number> {
    return (await this.server(name).output()).split("Added order").length - 1;
  }

  /** Certificate requests that a server has got. */
  async requests(name: ServerName): Promise<number> {
    return (await this.server(name).output()).split("POST /finalize-order/").length - 1;
  }

  /** Certgate's settings. */
  settings(): Record<string, unknown> {
    const acme = (name: string, server: ServerName, timeout: number) => {
      const { server: url, caBundle } = this.server(server);
      return { name, acme: { server: url, caBundle, acceptTerms: true, timeout } };
    };
    const wrong = { command: [WRONG_ISSUER, `${this.#bed.directory}/wrong.pem`] };
    return {
      features: { listenerSets: true },
      issuers: [
        acme("first", "first", 60_000),
        acme("second", "second", 60_000),
        acme("hasty", "second", 2000),
        { name: "wrong", exec: wrong },
      ],
      issuance: { output: `${this.#bed.directory}/issued`, retryAfter: 1000, attempts: 20 },
    };
  }

  /** Writes the ListenerSet of a host, with an issuer or with none of its own. */
  async name(set: string, issuer: IssuerName | null): Promise<void> {
    const annotations = { ...KEYS, ...(issuer === null ? {} : { "cluster-issuer": issuer }) };
    const port = this.#ports.https;
    await this.#bed.resources.put(`40-${set}`, [
      issuedSet(set, { gateway: "edge", port, hosts: [host(set)], annotations }),
      route(set, "ListenerSet"),
    ]);
  }

  /** Asks every host. */
  async look(): Promise<Picture> {
    const served = await Promise.all(
      this.#hosts.map(async (host) => [host, await this.show(host)] as const),
    );
    return new Map(served);
  }

  /** Asks one host. */
  async show(host: string): Promise<ServedPair> {
    return await servedPair(this.#ports.https, host, this.roots);
  }

  /** Waits until a host shows a pair of an issuer, another one than it may have had; gives its serial number. */
  async untilIssued(host: string, issuer: IssuerName, before?: Picture): Promise<string> {
    const { value } = await until(`${host} is served with a pair of "${issuer}"`, async () => {
      const served = await this.show(host);
      if (served.issuer === issuer && served.serial !== before?.get(host)?.serial) return served.serial;
      throw new Error(`it is ${JSON.stringify(served)}`);
    }, { within: promised(30_000), every: 100 });
    return value;
  }

  /** Demands that nobody but some hosts shows another pair than before. */
  async othersAreAs(before: Picture, but: readonly string[] = []): Promise<void> {
    const others = [...before].filter(([host]) => !but.includes(host));
    await Promise.all(others.map(async ([host, pair]) => {
      assert.deepEqual(await this.show(host), pair, `${host} shows another pair`);
    }));
  }

  /** Waits until nothing of a proof is in what Envoy Gateway reads. */
  async untilNoProof(): Promise<void> {
    await until("no proof is published any more", async () => !(await this.hasProof()), {
      within: promised(10_000),
    });
  }

  /** Whether a proof is in what Envoy Gateway reads. */
  async hasProof(): Promise<boolean> {
    return JSON.stringify((await readPublished(this.#bed.published)).objects).includes("acme-challenge");
  }

  /**
   * Asks every host over HTTPS, the mounted one too, and over plain HTTP, again and again while something else happens. Each has
   * to be answered each time: by the backend, with a pair that leads to an authority that is known, and with the redirect.
   *
   * @param options With `issued: false` hosts whose pairs are issued are asked over plain HTTP only.
   */
  async undisturbed(meanwhile: () => Promise<void>, options = { issued: true }): Promise<void> {
    const { http, https } = this.#ports;
    const { host: keptHost, serial } = this.#kept;
    const secure = (host: string) => async () => {
      const trust = [...this.roots.values()].join("\n");
      const answer = await probe({ port: https, host, trust, patience: promised(5000) });
      const isFine = answer.kind === "answered" && answer.status === 200 &&
        (host !== keptHost || answer.serial === serial);
      return isFine ? null : `${host}: ${JSON.stringify(answer)}`;
    };
    const plain = (host: string) => async () => {
      const { status, body } = await askHttp(http, host);
      return status === 301 ? null : `http://${host}: ${status} ${body}`;
    };
    const hosts = [...this.#hosts, keptHost];
    const served = options.issued ? hosts : [keptHost];
    await watched([...served.map(secure), ...hosts.map(plain)], meanwhile);
  }

  /** Waits until Envoy answers at all: the mounted host with its pair, and plain HTTP with the redirect. */
  async untilUp(): Promise<void> {
    const { http, https } = this.#ports;
    await everyServed(this.#bed, https, [this.#kept]);
    await until("plain HTTP is redirected", async () => (await askHttp(http, KEPT)).status === 301, {
      within: promised(10_000),
    });
  }

  /** The mounted pair. */
  get kept(): TestPair {
    return this.#kept;
  }

  /** Where hosts are served. */
  get ports(): GatewayPorts {
    return this.#ports;
  }
}
