import type { EnvoyAnswer } from "../../lib/health/mod.ts";
import type { PairBytes } from "../../lib/model/mod.ts";
import type { Confirmer } from "../../lib/server/mod.ts";

/** An Envoy that answers as told and remembers what it was asked. */
export class FakeConfirmer implements Confirmer {
  readonly asked: number[] = [];
  readonly expected: boolean[][] = [];
  answer: (pair: PairBytes) => EnvoyAnswer | null = () => ({ accepted: true });

  constructor(readonly build = "fake/1") {}

  currentBuild(): Promise<string | null> {
    return Promise.resolve(this.build);
  }

  confirm(
    pairs: readonly PairBytes[],
    options: { expected: readonly boolean[]; deadline: number },
  ): Promise<(EnvoyAnswer | null)[]> {
    this.asked.push(pairs.length);
    this.expected.push([...options.expected]);
    return Promise.resolve(pairs.map((pair) => this.answer(pair)));
  }

  confirmTrust(bundles: readonly Uint8Array[]): Promise<(EnvoyAnswer | null)[]> {
    this.asked.push(bundles.length);
    return Promise.resolve(bundles.map(() => ({ accepted: true })));
  }

  whyNot(): string {
    return "told so";
  }
}
