/** Samples of a Prometheus text page, by series name with its labels exactly as printed. */
export type Samples = ReadonlyMap<string, number>;

/** Reads the samples of a Prometheus text page; comments are left out. */
export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z_:][\w:]*(?:\{.*\})?) (\S+)/.exec(line);
    if (match) samples.set(match[1], Number(match[2]));
  }
  return samples;
}

/**
 * Sum over all series of a family that carry the labels.
 *
 * @throws {Error} if there is no such series: a missing metric is not a zero.
 */
export function total(samples: Samples, family: string, labels: Record<string, string> = {}): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const series = [...samples].filter(([name]) =>
    name.split("{", 1)[0] === family && wanted.every((label) => name.includes(label))
  );
  if (series.length === 0) {
    throw new Error(`Cannot find metric "${family}": no series with ${wanted.join(", ")}`);
  }
  return series.reduce((sum, [, value]) => sum + value, 0);
}
