import type { BenchPair } from "./_pairs.ts";

/** Most listeners that a Gateway may have. */
const LISTENERS = 64;

/** Certificate volumes as the kubelet mounts them, with the Gateways that use them. */
export class Volumes {
  readonly resources: string;
  readonly output: string;
  readonly #mounts: string;
  #swaps = 0;

  constructor(dir: string) {
    this.resources = `${dir}/resources`;
    this.output = `${dir}/output`;
    this.#mounts = `${dir}/mounts`;
  }

  /** The lines of the configuration. */
  config(events: boolean): string[] {
    return [
      `sources: [{ path: "${this.#mounts}/*", namespace: bench }]`,
      `gate: { resources: "${this.resources}", output: "${this.output}" }`,
      `watch: { events: ${events} }`,
    ];
  }

  /** Makes a volume and a listener for every pair, and a Gateway for every 64 of them. */
  async make(pairs: readonly BenchPair[]): Promise<void> {
    for (const dir of [this.resources, this.output, this.#mounts]) await Deno.mkdir(dir, { recursive: true });
    for (const pair of pairs) await this.swap(pair.hostname, pair);
    for (let first = 0; first < pairs.length; first += LISTENERS) {
      const name = `gateway-${first / LISTENERS}`;
      const listeners = pairs.slice(first, first + LISTENERS).map(({ hostname }) => ({
        name: hostname.replaceAll(".", "-"),
        protocol: "HTTPS",
        port: 8443,
        hostname,
        tls: { certificateRefs: [{ name: hostname }] },
      }));
      const gateway = {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name, namespace: "bench" },
        spec: { gatewayClassName: "bench", listeners },
      };
      await Deno.writeTextFile(`${this.resources}/${name}.yaml`, JSON.stringify(gateway, null, 1));
    }
  }

  /** Puts a pair into the volume of a host the way the kubelet does: a new directory, and one renamed link. */
  async swap(host: string, pair: BenchPair): Promise<void> {
    const mount = `${this.#mounts}/${host}`;
    const fresh = `..${++this.#swaps}`;
    await Deno.mkdir(`${mount}/${fresh}`, { recursive: true });
    await Deno.writeFile(`${mount}/${fresh}/tls.crt`, pair.certificate);
    await Deno.writeFile(`${mount}/${fresh}/tls.key`, pair.key);
    const before = await Deno.readLink(`${mount}/..data`).catch(() => null);
    await Deno.symlink(fresh, `${mount}/..data_tmp`);
    await Deno.rename(`${mount}/..data_tmp`, `${mount}/..data`);
    if (before !== null) return await Deno.remove(`${mount}/${before}`, { recursive: true });
    for (const file of ["tls.crt", "tls.key"]) await Deno.symlink(`..data/${file}`, `${mount}/${file}`);
  }
}
