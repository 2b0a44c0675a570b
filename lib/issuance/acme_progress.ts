/** Where an attempt got to, so that another one goes on with the same order. */
export interface AcmeProgress {
  /** URL of the order. */
  readonly order: string;
  /** URL of the account that made it. */
  readonly account: string;
  /** What it is for, sorted, as `type:value`. */
  readonly identifiers: readonly string[];
  /** Digest of the request that it was finalized with; `null` before that. */
  readonly finalized: string | null;
}

/** As it is kept. */
export function writeProgress(progress: AcmeProgress): string {
  return JSON.stringify(progress);
}

/** What was kept; `null` for nothing, and for what cannot be read: then there will be another order. */
export function readProgress(text: string | null | undefined): AcmeProgress | null {
  try {
    const { order, account, identifiers, finalized } = JSON.parse(text ?? "null");
    if (![order, account].every((url) => typeof url === "string" && URL.canParse(url))) return null;
    if (!Array.isArray(identifiers) || !identifiers.every((each) => typeof each === "string")) return null;
    return { order, account, identifiers, finalized: typeof finalized === "string" ? finalized : null };
  } catch {
    return null;
  }
}

/** Digest of a certificate request, by which it is known again. */
export async function digestOf(request: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", request as Uint8Array<ArrayBuffer>);
  return new Uint8Array(hash).toHex();
}
