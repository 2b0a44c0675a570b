import assert from "node:assert/strict";
import { type Bed, freePort, Load, onBed, runCertgate, type TestPair, until } from "./harness/mod.ts";
import { everyServed, hosts } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { Handshakes, type Tally } from "./_handshakes.ts";
import { type ClientLeaf, letsIn } from "./_openssl_client.ts";
import { canKillConnections, XdsConnection } from "./_xds_connection.ts";
import { toolPath } from "../setup/tools.ts";
import { onPath } from "../setup/on_path.ts";

// The last of these is more than a program: root, and a kernel that lets a connection be ended from outside.
const ignore = toolPath("envoy") === null || toolPath("envoy-gateway") === null ||
  onPath("openssl") === null || onPath("ss") === null || !await canKillConnections();

/** Everything happens so many times faster than on a host. */
const FASTER = 30;
/** What `certgen --staged` gives everybody to read what is new. */
const CONVERGENCE = Math.ceil(65_000 / FASTER);
/** How late the late peer reads it. */
const LATE = 30_000 / FASTER;

const ROTATIONS = 3;

/**
 * Envoy Gateway opens certificate and key one after the other. Between the two the generations may be exchanged (about once in
 * 3,000 handshakes, where 160 are made in a second): it then says so, and lets in whoever asks again.
 */
const TORN = "late peer → Envoy Gateway: received fatal alert: InternalError";

/** One bed whose Envoy Gateway runs on certificates that certgate made, with load and handshakes all the time. */
class Rotations {
  #pairs: readonly TestPair[] = [];
  readonly #port = freePort();

  private constructor(readonly bed: Bed, readonly home: string) {}

  /** Starts Envoy Gateway on new certificates and waits until its Envoy serves. */
  static async start(bed: Bed): Promise<{ rotations: Rotations; xds: XdsConnection }> {
    const home = `${bed.directory}/config`;
    // The bed has certificates that Envoy Gateway made.
    await Deno.remove(`${home}/certs`, { recursive: true });
    const rotations = new Rotations(bed, home);
    await rotations.certgen();
    rotations.#pairs = await bed.issue(hosts("r", 4));
    await bed.putGateway("edge", rotations.#port, [...rotations.#pairs, await rotations.#changed()]);
    const edge = await bed.startEdge("none");
    const xds = new XdsConnection(await edge.envoy("default/edge"));
    await everyServed(bed, rotations.#port, rotations.#pairs);
    return { rotations, xds };
  }

  /** Begins to ask for every host but the one that changes. */
  load(): Load {
    const trust = this.bed.authority.pem;
    return Load.start({ port: this.#port, hosts: this.#pairs.map(({ host }) => host), trust });
  }

  /** Runs `certgate certgen`, which has to end well. */
  async certgen(...options: string[]): Promise<void> {
    const args = ["certgen", "--config-home", this.home, ...options];
    const { code, out, err } = await runCertgate(args, this.bed.directory);
    assert.equal(code, 0, `${out}\n${err}`);
  }

  /**
   * Gives a host another pair, which only a connection that works brings to Envoy.
   *
   * @returns Milliseconds until it is served.
   */
  async change(): Promise<number> {
    const pair = await this.#changed();
    await this.bed.putPairs("edge", [...this.#pairs, pair]);
    return await everyServed(this.bed, this.#port, [pair]);
  }

  async #changed(): Promise<TestPair> {
    const [pair] = await this.bed.issue(["changes.example.com"]);
    return pair;
  }

  /** Copies the pair of Envoy as it is now. */
  async keepLeaf(): Promise<ClientLeaf> {
    const [certificate, key] = ["tls.crt", "tls.key"].map((file) => `${this.bed.directory}/kept-${file}`);
    await Deno.copyFile(`${this.home}/certs/envoy/tls.crt`, certificate);
    await Deno.copyFile(`${this.home}/certs/envoy/tls.key`, key);
    return { certificate, key };
  }
}

Deno.test({
  name:
    "certgen: Envoy Gateway's certificates are rotated six times under load, and no late peer hears of it in stages",
  ignore,
  fn: () =>
    onBed({}, async (bed) => {
      const { rotations, xds } = await Rotations.start(bed);
      const load = bed.keep(rotations.load());
      const shakes = bed.keep(await Handshakes.start(rotations.home, LATE));
      await singlePhase(rotations, xds, shakes);
      await staged(rotations, xds, shakes);
      await withoutBundle(rotations, xds, shakes);
      await expectNoFailure(load, 200);
    }),
});

/** All at once: who reads late is refused, and refuses, until it has read. The third authority removes the first. */
async function singlePhase(rotations: Rotations, xds: XdsConnection, shakes: Handshakes): Promise<void> {
  const first = await rotations.keepLeaf();
  for (let round = 1; round <= ROTATIONS; round++) {
    const { times } = await xds.renewDuring(rotations.certgen("--overwrite", "--force"));
    await xds.renew();
    assert.equal(await letsIn(first), round === 1, `the first leaf after rotation ${round}`);
    const ms = await rotations.change();
    await shakes.caughtUp();
    const tally = shakes.tally();
    show(`single-phase rotation ${round}`, tally, times + 1, ms);
    assert.ok(tally.failed > 0, "the late peer lost nothing, so this shows nothing");
  }
  console.log(`  Envoy itself: ${JSON.stringify(await xds.failures())}`);
}

/** Trust first: nobody refuses anybody, neither the late peer nor Envoy. */
async function staged(rotations: Rotations, xds: XdsConnection, shakes: Handshakes): Promise<void> {
  const before = await xds.failures();
  for (let round = 1; round <= ROTATIONS; round++) {
    const { times } = await xds.renewDuring(
      rotations.certgen("--staged", "--force", "--convergence", `${CONVERGENCE}ms`),
    );
    await xds.renew();
    const ms = await rotations.change();
    await shakes.caughtUp();
    const tally = shakes.tally();
    show(`staged rotation ${round}`, tally, times + 1, ms);
    assert.deepEqual(tally.words.filter((words) => words !== TORN), []);
    assert.ok(tally.failed <= 1, `${tally.failed} handshakes met Envoy Gateway between two files`);
    assert.ok(tally.made > 100, `${tally.made} handshakes are too few to say anything`);
  }
  assert.deepEqual(await xds.failures(), before);
}

/**
 * As Envoy Gateway does it: other files in the place of the old ones, nobody trusts the authority before, and Envoy, which waits
 * for a rename, does not even read them. A rotation that follows puts it right.
 */
async function withoutBundle(rotations: Rotations, xds: XdsConnection, shakes: Handshakes): Promise<void> {
  const before = JSON.stringify(await xds.failures());
  const args = ["certgen", "--local", "--config-home", rotations.home];
  const { success, stderr } = await new Deno.Command(toolPath("envoy-gateway")!, { args }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  await xds.cut();
  const { value } = await until("Envoy finds no way back to Envoy Gateway", async () => {
    const failures = JSON.stringify(await xds.failures());
    return failures === before ? null : failures;
  }, { within: 20_000 });
  await shakes.caughtUp();
  const lost = shakes.tally();
  assert.ok(lost.failed > 0, "the late peer lost nothing, so this shows nothing");
  const connected = await xds.handshakes();
  await rotations.certgen("--overwrite", "--force");
  await until("Envoy is back", async () => await xds.handshakes() > connected, { within: 40_000 });
  const ms = await rotations.change();
  show("without a bundle", lost, 0, ms);
  console.log(`  Envoy itself: ${value}`);
}

function show(what: string, { made, failed, words }: Tally, connections: number, ms: number): void {
  console.log(
    `${what}: ${failed} of ${made} handshakes failed; Envoy made ${connections} new connections, ` +
      `and the change after it was served in ${Math.round(ms)} ms`,
  );
  for (const word of words) console.log(`  ${word}`);
}
