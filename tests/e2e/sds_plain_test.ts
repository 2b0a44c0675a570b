import assert from "node:assert/strict";
import { countServed, everyServed, expectDark, expectNothingRefused, hosts, promised } from "./_expect.ts";
import { expectNoFailure } from "./_gate.ts";
import { pushes, sdsOf } from "./_sds.ts";
import {
  type Bed,
  CertbotVolume,
  type Certgate,
  EnvoyAdmin,
  freePorts,
  Load,
  NAMESPACE,
  onBed,
  type TestPair,
  total,
  until,
} from "./harness/mod.ts";
import { Program } from "./harness/process.ts";
import { toolPath } from "../setup/tools.ts";

const ignore = toolPath("envoy") === null;

const WITHIN = 5000;

/** What somebody has who uses certbot and Envoy and nothing else, with certgate between the two. */
class Plain {
  readonly #volumes = new Map<string, CertbotVolume>();
  readonly port: number;
  readonly envoy: EnvoyAdmin;
  certgate!: Certgate;
  program!: Program;
  current: TestPair[] = [];

  constructor(readonly bed: Bed) {
    const [port, admin] = freePorts(2);
    this.port = port;
    this.envoy = new EnvoyAdmin(`127.0.0.1:${admin}`);
  }

  /** Gives hosts other good pairs. */
  async renew(some: readonly string[]): Promise<void> {
    const pairs = await this.bed.issue(some);
    this.current = [...this.current.filter(({ host }) => !some.includes(host)), ...pairs];
    for (const pair of pairs) await this.put(pair);
  }

  /** Stores a pair where certbot has it. */
  async put(pair: TestPair): Promise<void> {
    const volume = this.#volumes.get(pair.host) ??
      new CertbotVolume(`${this.bed.volumes}/letsencrypt`, pair.host);
    this.#volumes.set(pair.host, volume);
    await volume.put(pair);
  }

  async startCertgate(): Promise<void> {
    const { directory, volumes } = this.bed;
    this.certgate = await this.bed.startCertgate(null, {
      settings: {
        sources: [{ path: `${volumes}/letsencrypt/live/*`, namespace: NAMESPACE, delivery: "sds" }],
        sds: { listen: `unix://${directory}/sds.sock` },
        watch: { settle: 200, absenceGrace: 200 },
        envoy: { path: toolPath("envoy"), admin: [this.envoy.address] },
      },
    });
  }

  /** Starts an Envoy on what `envoy-config` prints for the hosts. */
  async startEnvoy(names: readonly string[]): Promise<void> {
    const { directory, backend } = this.bed;
    const { code, out, err } = await this.certgate.command(
      "envoy-config",
      "--port",
      String(this.port),
      "--backend",
      `127.0.0.1:${backend.port}`,
      ...names.flatMap((name) => ["--hostname", `${name}=${NAMESPACE}/${name}`]),
    );
    assert.equal(code, 0, err);
    await Deno.writeTextFile(`${directory}/envoy.yaml`, out);
    await this.runEnvoy();
  }

  /** Starts an Envoy on what was printed before. */
  async runEnvoy(): Promise<void> {
    const { directory } = this.bed;
    this.program = this.bed.keep(
      new Program(toolPath("envoy")!, {
        args: ["-c", `${directory}/envoy.yaml`, "--disable-hot-restart", "--concurrency", "1"],
        log: `${directory}/envoy.log`,
      }),
    );
    await until("Envoy answers", () => this.envoy.stats("^server.state$"), { within: promised(10_000) });
  }

  async served(pairs = this.current): Promise<number> {
    return await everyServed(this.bed, this.port, pairs, promised(2 * WITHIN));
  }

  load(): Load {
    const names = this.current.map(({ host }) => host);
    return this.bed.keep(
      Load.start({ port: this.port, hosts: names, trust: this.bed.authority.pem, wide: 4, http2: 2 }),
    );
  }

  async run(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await this.certgate.command(...args);
    assert.equal(code, 0, out + err);
    return out;
  }
}

Deno.test({
  name: "Envoy alone, as envoy-config has it: a missing pair, renewals, a bad one, restarts of both",
  ignore,
  fn: (test) =>
    onBed({}, async (bed) => {
      const plain = new Plain(bed);
      const step = async (name: string, body: () => Promise<void>) => {
        // What follows would say nothing.
        if (!await test.step(name, body)) throw new Error(`Not shown: ${name}`);
      };
      await step("a missing pair costs its own host, and that only until it is there", () => missing(plain));
      await step("a renewal is served under load, and wait says when", () => renewal(plain));
      await step("a bad renewal never reaches Envoy, and explain says so", () => badRenewal(plain));
      await step("certgate is killed, and Envoy is started while it is away", () => restarts(plain));
    }),
});

async function missing(plain: Plain): Promise<void> {
  const { bed, port, envoy } = plain;
  const names = hosts("p", 4);
  const late = names[3];
  await plain.renew(names.slice(0, 3));
  await plain.startCertgate();
  const start = performance.now();
  await plain.startEnvoy(names);
  await plain.served();
  console.log(`three hosts were served ${Math.round(performance.now() - start)} ms after Envoy was started`);
  const [none] = await bed.issue([late]);
  await expectDark(bed, port, [none]);
  assert.deepEqual((await sdsOf(plain.certgate)).unknown, [`${NAMESPACE}/${late}`]);
  const timeouts = await envoy.stats("init_fetch_timeout$");
  assert.deepEqual(Object.entries(timeouts).filter(([, count]) => count > 0), []);
  await plain.renew([late]);
  await plain.served();
  await expectNothingRefused(envoy, plain.current, [none]);
}

const UPDATES = "^(listener|cluster)_manager\\..*(added|modified|removed|updated|create_failure)$";

async function renewal(plain: Plain): Promise<void> {
  const { envoy, bed, port, current } = plain;
  const load = plain.load();
  await plain.run("wait", "--for", "converged", "--timeout", "20s");
  const before = await envoy.stats(UPDATES);
  await plain.renew(current.map(({ host }) => host));
  const ms = await plain.served();
  console.log(`${current.length} renewals at once were served ${Math.round(ms)} ms after the last of them`);
  const [{ host }] = current;
  await plain.renew([host]);
  await plain.served();
  await plain.run("wait", "--for", "converged", "--timeout", "20s");
  assert.equal(await countServed(bed, port, plain.current), current.length);
  assert.deepEqual(await envoy.stats(UPDATES), before);
  assert.match(await plain.run("explain", host), /is taken by 1 of 1/);
  await expectNoFailure(load, 30);
}

async function badRenewal(plain: Plain): Promise<void> {
  const { bed, port, certgate, current: [{ host }] } = plain;
  const load = plain.load();
  const before = await pushes(certgate);
  const [one, other] = await bed.issue([host, host]);
  await plain.put({ ...one, key: other.key });
  await until("the broken renewal is known", async () => {
    const pair = (await certgate.gate()).pairs.find(({ name }) => name === host);
    return pair?.serving === "held" && pair.verdict.reason === "KeyMismatch";
  }, { within: promised(2 * WITHIN) });
  assert.equal(await countServed(bed, port, plain.current), plain.current.length);
  assert.equal(await pushes(certgate), before);
  assert.equal(total(await certgate.metrics(), "certgate_sds_nacks_total"), 0);
  const { out, err } = await certgate.command("explain", host);
  assert.match(out + err, /held|before/);
  await plain.renew([host]);
  await plain.served();
  await expectNoFailure(load, 30);
}

async function restarts(plain: Plain): Promise<void> {
  const { bed, envoy, current: [{ host }] } = plain;
  const load = plain.load();
  await plain.certgate.kill();
  await plain.renew([host]);
  let start = performance.now();
  await plain.startCertgate();
  await plain.served();
  console.log(
    `a renewal while certgate was away was served ${
      Math.round(performance.now() - start)
    } ms after its start`,
  );
  await expectNoFailure(load, 30);
  await plain.certgate.stop();
  await plain.program.stop();
  await plain.runEnvoy();
  assert.equal(await countServed(bed, plain.port, plain.current), 0);
  start = performance.now();
  await plain.startCertgate();
  await plain.served();
  console.log(
    `everything was served ${
      Math.round(performance.now() - start)
    } ms after the start of certgate, Envoy being there`,
  );
  await expectNothingRefused(envoy, plain.current, []);
}
