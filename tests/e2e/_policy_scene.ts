/**
 * A Gateway with two ports, four hosts and two connectors, and what each of its paths is answered with: the same scene for all
 * tests of policy objects, so that "and nothing else" means the same in each.
 */
import assert from "node:assert/strict";
import { promised } from "./_expect.ts";
import {
  askHttp,
  backendAt,
  type Bed,
  connector,
  freePorts,
  httpGateway,
  httpProxy,
  httpRoute,
  NAMESPACE,
  projectNamespace,
  ResourceDirectory,
  until,
} from "./harness/mod.ts";

/** Where both connectors lead to: the same name, in two networks that know nothing of each other. */
export const ENDPOINT = "http://service.internal:8080";

/** To whom everything belongs. */
export const PROJECT = "p1";

/**
 * A filter that only an extension knows. Envoy Gateway calls the hooks of a route and of its cluster only where there is one;
 * as its object does not go through the gate, it stands where Envoy Gateway reads.
 */
const MARK = { group: "e2e.certgate.dev", kind: "Mark", name: "mark" } as const;

/** Tells Envoy Gateway of the filter. */
export const MANAGER = { resources: [{ group: MARK.group, version: "v1", kind: MARK.kind }] } as const;

/** The paths that are looked at. `tunnel` has a connector behind it, `dead` a port at which nobody listens. */
const PLACES = [
  "shop/",
  "shop/tunnel",
  "mall/",
  "mall/tunnel",
  "plain/",
  "other/",
  "other/dead",
] as const;

/** One of the paths, `HOST/PATH`. */
export type PlaceName = (typeof PLACES)[number];

/** What each path is answered with, in short: `200 backend`, `200 n1` (the connector), `503 Tunnel not online`, `500`. */
export type Picture = Readonly<Record<PlaceName, string>>;

/** What everything is answered with while all is well. */
export const ALL_WELL: Picture = {
  "shop/": "200 backend",
  "shop/tunnel": "200 n1",
  "mall/": "200 backend",
  "mall/tunnel": "200 n2",
  "plain/": "200 backend",
  "other/": "200 backend",
  "other/dead": "503 upstream",
};

/** {@linkcode ALL_WELL} with the same answer for some of the paths. */
export function allWellBut(answer: string, ...places: readonly PlaceName[]): Picture {
  return { ...ALL_WELL, ...Object.fromEntries(places.map((place) => [place, answer])) };
}

/** The scene on a bed. */
export class Scene {
  /** `shop`, `mall` and `plain` are on the first port, `other` on the second. */
  readonly ports: readonly [number, number];
  readonly #bed: Bed;
  readonly #dead: number;

  private constructor(bed: Bed, ports: readonly [number, number], dead: number) {
    this.#bed = bed;
    this.ports = ports;
    this.#dead = dead;
  }

  /** Writes the resources and the policy objects: both connectors are up. */
  static async set(bed: Bed): Promise<Scene> {
    const [first, second, dead] = freePorts(3);
    const host = (name: string) => `${name}.example.com`;
    const withTunnel = (name: string) =>
      httpRoute(name, {
        gateway: "edge",
        host: host(name),
        rules: [{ path: "/tunnel", extension: MARK }, { path: "/" }],
      });
    await bed.resources.put("30-edge", [
      httpGateway("edge", [
        ...["shop", "mall", "plain"].map((name) => ({ port: first, host: host(name) })),
        { port: second, host: host("other") },
      ]),
      withTunnel("shop"),
      withTunnel("mall"),
      httpRoute("plain", { gateway: "edge", host: host("plain"), rules: [{ path: "/" }] }),
      httpRoute("other", {
        gateway: "edge",
        host: host("other"),
        rules: [{ path: "/dead", backend: "dead" }, { path: "/" }],
      }),
    ]);
    await new ResourceDirectory(bed.published).put("mark", [
      {
        apiVersion: `${MARK.group}/v1`,
        kind: MARK.kind,
        metadata: { name: MARK.name, namespace: NAMESPACE },
      },
    ]);
    const scene = new Scene(bed, [first, second], dead);
    await scene.lead(null);
    for (const name of ["shop", "mall"]) {
      await bed.policies.put(`10-${name}`, [httpProxy(name, [{ endpoint: ENDPOINT, connector: name }])]);
    }
    await bed.policies.put("00-namespace", [projectNamespace(PROJECT)]);
    await scene.connect("shop", "n1");
    await scene.connect("mall", "n2");
    return scene;
  }

  /** Writes the Connector of a host as connected with a key, or as not connected. */
  async connect(name: "shop" | "mall", node: string | null, beat = 0): Promise<void> {
    await this.#bed.policies.put(`20-${name}`, [connector(name, node, beat)]);
  }

  /** Leads the dead path to a port, or back to the one at which nobody listens. */
  async lead(port: number | null): Promise<void> {
    await this.#bed.resources.put("40-dead", [backendAt("dead", port ?? this.#dead)]);
  }

  /** The port of a path. */
  portOf(place: PlaceName): number {
    return this.ports[place.startsWith("other/") ? 1 : 0];
  }

  /** Asks for every path at once. */
  async look(): Promise<Picture> {
    const answers = await Promise.all(PLACES.map(async (place) => [place, await this.#ask(place)]));
    return Object.fromEntries(answers);
  }

  async #ask(place: PlaceName): Promise<string> {
    const [name] = place.split("/", 1);
    const { status, body } = await askHttp(
      this.portOf(place),
      `${name}.example.com`,
      place.slice(name.length),
    );
    return inShort(status, body);
  }

  /** Asks for some paths again and again while something else happens. Each has to be answered as if all were well. */
  async undisturbed(places: readonly PlaceName[], meanwhile: () => Promise<void>): Promise<void> {
    let going = true;
    let asked = 0;
    const wrong: string[] = [];
    const watch = async (place: PlaceName) => {
      while (going) {
        const answer = await this.#ask(place);
        asked++;
        if (answer !== ALL_WELL[place]) wrong.push(`${place}: ${answer}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    };
    const watches = places.map(watch);
    await meanwhile().finally(() => going = false);
    await Promise.all(watches);
    assert.deepEqual(wrong.slice(0, 5), []);
    assert.ok(asked >= 2 * places.length, `${asked} requests are too few to say anything`);
  }

  /**
   * Waits until every path is answered as expected, all at once.
   *
   * @returns Milliseconds until then.
   */
  async shows(what: string, picture: Picture, within: number = promised(5000)): Promise<number> {
    const { ms } = await until(what, async () => {
      const seen = await this.look();
      assert.deepEqual(seen, picture);
      return true;
    }, { within, every: 100 });
    return ms;
  }
}

/** Of a 500 the status says everything; the page is the one that is built in. */
function inShort(status: number, body: string): string {
  if (status !== 500 && body.startsWith("<!doctype html>")) return `${status} page`;
  const who = /^connector (\S+) saw/.exec(body)?.[1] ?? /^(backend|upstream)/.exec(body)?.[1] ?? body;
  return status === 500 || who === "" ? String(status) : `${status} ${who.slice(0, 60)}`;
}
