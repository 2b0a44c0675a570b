import { everyServed, hosts, promised } from "./_expect.ts";
import { straight } from "./_sds.ts";
import {
  type Bed,
  type Certgate,
  type Edge,
  type EnvoyAdmin,
  freePorts,
  Load,
  type Members,
  secretMembers,
  type TestPair,
} from "./harness/mod.ts";

const WITHIN = 5000;
/** How many hosts there are. */
export const HOSTS = 10;

/** One bed with hosts whose pairs go straight to Envoy, and what runs on it. */
export class SdsScene {
  certgate!: Certgate;
  edge!: Edge;
  envoy!: EnvoyAdmin;
  current: TestPair[] = [];
  readonly names = hosts("s", HOSTS);

  private constructor(readonly bed: Bed, readonly port: number, readonly otherPort: number) {}

  static async start(bed: Bed): Promise<SdsScene> {
    const scene = new SdsScene(bed, ...freePorts(2) as [number, number]);
    await scene.renew(scene.names);
    await bed.putListeners("edge", scene.port, scene.names);
    scene.certgate = await bed.startCertgate(straight(bed));
    await scene.startEdge();
    return scene;
  }

  async startEdge(): Promise<void> {
    this.edge = await this.bed.startEdge("all");
    this.envoy = await this.edge.envoy("default/edge");
  }

  /** Gives hosts other good pairs. */
  async renew(some: readonly string[]): Promise<void> {
    const pairs = await this.bed.issue(some);
    this.current = [...this.current.filter(({ host }) => !some.includes(host)), ...pairs];
    await this.bed.mount(pairs);
  }

  /** Gives a host something that is no usable pair. */
  async spoil(host: string, members: Members): Promise<void> {
    await this.bed.volume(host).put(members);
  }

  /** Waits until every host shows its pair. */
  served(within = promised(WITHIN), pairs = this.current): Promise<number> {
    return everyServed(this.bed, this.port, pairs, within);
  }

  pairOf(host: string): TestPair {
    return this.current.find((pair) => pair.host === host)!;
  }

  load(some = this.names): Load {
    const trust = this.bed.authority.pem;
    return this.bed.keep(Load.start({ port: this.port, hosts: some, trust, wide: 4, http2: 2 }));
  }
}

/** Members of a pair that does not fit together: certificate of one, key of another. */
export async function mismatched(bed: Bed, host: string): Promise<Members> {
  const [one, other] = await bed.issue([host, host]);
  return { ...secretMembers(one), "tls.key": other.key };
}
