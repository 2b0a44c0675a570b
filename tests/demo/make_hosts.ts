import { type Hole, TestAuthority } from "../e2e/harness/pairs.ts";
import type { DemoHost } from "./outcome.ts";

const FLAWS: Readonly<Record<Hole, string>> = {
  "must-staple": "must-staple, no staple",
  "rsa-1024": "RSA key of 1024 bit",
  "p-224": "key on curve P-224",
  "no-signing": "key usage forbids signing",
};

/** Hosts with good certificates and, in among them, one with each flaw that Envoy Gateway lets pass and Envoy refuses. */
export async function makeHosts(good: number): Promise<{ hosts: DemoHost[]; trust: string }> {
  const authority = await TestAuthority.make();
  const digits = String(good).length;
  const hosts: DemoHost[] = [];
  for (let at = 1; at <= good; at++) {
    const host = `shop-${String(at).padStart(digits, "0")}.example.com`;
    hosts.push({ pair: await authority.issue(host), flaw: null });
  }
  const flaws = Object.entries(FLAWS) as [Hole, string][];
  for (const [at, [hole, flaw]] of flaws.entries()) {
    const host = { pair: await authority.issue(`${hole}.example.com`, hole), flaw };
    hosts.splice(Math.round((at + 1) * good / (flaws.length + 1)) + at, 0, host);
  }
  return { hosts, trust: authority.pem };
}
