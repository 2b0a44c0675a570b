import { type Config, parseListenAddress } from "../resources/mod.ts";
import { printable } from "./printable.ts";
import type { Terminal } from "./terminal.ts";

/** Whether Envoys are let in to ask for pairs or bundles. */
export function wantsSds({ sources, issuance, sds: { bundles } }: Config): boolean {
  const issued = issuance.output !== undefined && issuance.delivery === "sds";
  return issued || bundles.length > 0 || sources.some(({ delivery }) => delivery === "sds");
}

/** Says what an operator should know of delivery straight to Envoy that is right and may be meant otherwise. */
export async function noteDelivery(config: Config, terminal: Terminal): Promise<void> {
  if (!wantsSds(config)) return;
  const { sds: { listen, group, bundles }, gate } = config;
  const notes: string[] = [];
  if (gate.resources === undefined) {
    notes.push(
      "with delivery: sds and no gate.resources, Envoy is one without Envoy Gateway; certgate envoy-config prints what it needs",
    );
  }
  const address = parseListenAddress(listen);
  if (typeof address !== "string" && address.kind === "unix" && group === undefined) {
    notes.push(
      `only the group of certgate itself may connect to "${address.path}"; sds.group names that of Envoy`,
    );
  }
  for (const { file } of bundles) {
    if (await isThere(file)) continue;
    notes.push(`the bundle "${file}" is not there; as long as it never was, nobody is trusted by it`);
  }
  for (const note of notes) terminal.err(`note: ${printable(note)}\n`);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    // What this user may not look at is for the agent to say.
    return !(error instanceof Deno.errors.NotFound);
  }
}
