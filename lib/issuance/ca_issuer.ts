import { plainLine, wordsOf } from "../host/mod.ts";
import { KeyMaterial } from "../model/mod.ts";
import { readAuthority, type SigningAuthority, signRequest } from "../pki/mod.ts";
import { failure } from "./failure.ts";
import type { IssueFailure, Issuer, IssuerConfig, IssuerParts } from "./issuer.ts";
import { takeAnswer } from "./take_answer.ts";
import { validityOf } from "./validity.ts";

/** A chain of an authority has some kilobytes; whatever is far larger is something else. */
const MOST_BYTES = 1024 * 1024;

/** An authority as it was read, with the bytes that it was read from. */
interface Read {
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
  readonly authority: SigningAuthority | string;
}

/** An authority whose pair is on this host. Both files are read at each certificate, and looked into when they have changed. */
export function openCaIssuer(
  config: NonNullable<IssuerConfig["ca"]>,
  { clock, log }: Pick<IssuerParts, "clock" | "log">,
): Issuer {
  let latest: Read | null = null;
  let warned: SigningAuthority | null = null;
  const broken = (why: string) =>
    failure("broken", `Cannot use the authority "${plainLine(config.certificate, 200)}": ${why}`);

  async function authorityOf(): Promise<SigningAuthority | string> {
    const certificate = await readBounded(config.certificate);
    if (typeof certificate === "string") return certificate;
    const key = await readSecret(config.key);
    if (typeof key === "string") return key;
    if (latest === null || !isSame(latest.certificate, certificate) || !isSame(latest.key, key)) {
      latest = { certificate, key, authority: await readAuthority(certificate, new KeyMaterial(key)) };
    }
    return latest.authority;
  }

  function endsBefore(authority: SigningAuthority, end: number): void {
    if (authority.notAfter + 1000 >= end || warned === authority) return;
    warned = authority;
    log.warn("An authority ends before the certificates that are asked of it; they end with it", {
      authority: config.certificate,
      notAfter: new Date(authority.notAfter).toISOString(),
    });
  }

  return {
    type: "ca",
    async issue(request) {
      try {
        const authority = await authorityOf();
        if (typeof authority === "string") return broken(authority);
        const now = clock();
        const outside = outsideOfTime(authority, now);
        if (outside !== null) return broken(outside);
        const validity = validityOf(request, now);
        endsBefore(authority, validity.end);
        const signed = await signRequest(request.request, { ...validity, authority });
        const taken = await takeAnswer(signed.chain, request);
        return taken.ok ? { ok: true, ...signed } : refusedOf(taken);
      } catch (error) {
        return failure("refused", (error as Error).message);
      }
    },
  };
}

/** It was made here of what was asked for: if it cannot be used, that is not the fault of an answer. */
function refusedOf({ message }: IssueFailure): IssueFailure {
  return failure("refused", message.replace("the answer", "what was asked for"));
}

function outsideOfTime({ notBefore, notAfter }: SigningAuthority, now: number): string | null {
  if (now > notAfter) return `it ended on ${new Date(notAfter).toISOString()}`;
  return now < notBefore ? `it begins on ${new Date(notBefore).toISOString()}` : null;
}

/** The bytes, or in plain words why they cannot be had. */
async function readBounded(path: string): Promise<Uint8Array | string> {
  try {
    const { size, isFile } = await Deno.stat(path);
    if (!isFile) return `"${plainLine(path, 200)}" is not a file`;
    if (size > MOST_BYTES) return `"${plainLine(path, 200)}" is larger than ${MOST_BYTES} bytes`;
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return `"${plainLine(path, 200)}" does not exist`;
    return `"${plainLine(path, 200)}" cannot be read: ${plainLine(wordsOf(error), 200)}`;
  }
}

/** The same for a file that is nobody else's business: a key that others can read is not an authority's any more. */
async function readSecret(path: string): Promise<Uint8Array | string> {
  const bytes = await readBounded(path);
  if (typeof bytes === "string") return bytes;
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & 0o077) === 0) return bytes;
  const octal = (mode & 0o777).toString(8).padStart(4, "0");
  return `the key "${
    plainLine(path, 200)
  }" can be read by others than its owner (mode ${octal}); chmod 0600 it`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
