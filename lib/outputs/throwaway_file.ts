import { join } from "node:path";
import { writeAtomic } from "../host/mod.ts";
import { KeyMaterial, type Log } from "../model/mod.ts";
import { makeSelfSigned, readFacts, readPemBlocks, toPem } from "../pki/mod.ts";
import type { Throwaways } from "../xds/mod.ts";

const FILE = "throwaway.pem";
const DAY = 86_400_000;
const YEARS_OF_LIFE = 10;

/**
 * The pair and the CA that stand in for material which has to stay referenced. Nobody trusts either; the CA's key is
 * thrown away when it is made.
 *
 * They are kept in the state directory (0600), so that a restart changes no byte of an answer, and made anew a year
 * before they run out. Where they cannot be kept they serve until the restart.
 *
 * @param stateDir The state directory; `null` keeps nothing.
 * @param now Milliseconds since the epoch.
 */
export async function loadThrowaways(stateDir: string | null, now: number, log: Log): Promise<Throwaways> {
  const path = stateDir === null ? null : join(stateDir, FILE);
  const kept = path === null ? null : await read(path, now);
  if (kept) return kept;
  const days = YEARS_OF_LIFE * 365;
  const pair = await makeSelfSigned({ commonName: "certgate throwaway", now, days });
  const { certificate: trust } = await makeSelfSigned({
    commonName: "certgate trusts nobody",
    now,
    days,
    isCa: true,
  });
  if (path !== null) {
    const text = Buffer.concat([pair.certificate, pair.key.open(), trust]);
    await writeAtomic(path, text, 0o600).catch((error) =>
      log.warn("the throwaway pair could not be kept, it will be another one after a restart", {
        path,
        error,
      })
    );
  }
  return { pair, trust };
}

async function read(path: string, now: number): Promise<Throwaways | null> {
  const text = await Deno.readFile(path).catch(() => null);
  if (text === null) return null;
  const { blocks: [certificate, key, trust, ...more] } = readPemBlocks(text);
  if (!trust || more.length > 0) return null;
  const pair = {
    certificate: toPem(certificate.label, certificate.der),
    key: new KeyMaterial(toPem(key.label, key.der)),
  };
  const { problem, notAfter } = readFacts(pair);
  if (problem !== null || notAfter < now + 365 * DAY) return null;
  return { pair, trust: toPem(trust.label, trust.der) };
}
