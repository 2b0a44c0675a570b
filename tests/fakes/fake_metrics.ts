import { type Metrics, openMetrics } from "../../lib/outputs/mod.ts";

/** Real families, and a look at single samples. */
export function fakeMetrics(): Metrics & { sample(line: string): Promise<number | undefined> } {
  const metrics = openMetrics("0", () => ({ rss: 0, cpuSeconds: 0, startSeconds: 0 }));
  return {
    ...metrics,
    async sample(line) {
      const { body } = await metrics.render();
      const found = body.split("\n").find((text) => text.startsWith(`${line} `));
      return found === undefined ? undefined : Number(found.slice(line.length + 1));
    },
  };
}
