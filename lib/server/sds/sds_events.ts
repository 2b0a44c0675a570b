/** A version that an Envoy did not take. */
export interface SdsRefusal {
  readonly name: string;
  readonly version: string;
  /** Envoy's words: one line, cut to a length, without anything that may be a part of a key. */
  readonly message: string;
  /** `node.id` of the Envoy. */
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What happens on the streams. Whoever listens may change the book at once. */
export interface SdsEvents {
  /** An Envoy refused a version. It is sent to nobody any more; something else under the name is. */
  onRefused(refusal: SdsRefusal): void;
  /** An Envoy has taken a version. @param seconds From the push to the answer. */
  onAccepted(name: string, version: string, seconds: number): void;
  /** A name was asked for under which nothing can be sent; once for each stream. */
  onUnknown(name: string): void;
  /** The status is another than at the last call. Not more than a few times a second. */
  onChange(): void;
}
