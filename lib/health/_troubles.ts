import type { EnvoyUpdate, GateStatus } from "../model/mod.ts";

/** Something that is wrong elsewhere than in a listener. */
export interface Trouble {
  /** What it is about. */
  readonly about:
    | "gate"
    | "clock"
    | "gateway"
    | "source"
    | "resource"
    | "envoy"
    | "hook"
    | "sds"
    | "bundle"
    | "control plane"
    | "dependent";
  /** `failed`: something does not work. `attention`: somebody should look at it. */
  readonly level: "failed" | "attention";
  /** Which one: a pattern, a `file:line:column`, an address. */
  readonly subject: string;
  /** What is the matter. */
  readonly message: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
}

/** What is wrong elsewhere than in the listeners, what hinders most first. */
export function listTroubles(status: GateStatus): Trouble[] {
  return [
    ...gateTroubles(status),
    ...sourceTroubles(status),
    ...envoyTroubles(status),
    ...status.resources.findings.map((finding): Trouble => ({
      about: "resource",
      level: "attention",
      subject: finding.place,
      message: finding.message,
      hint: finding.hint,
    })),
  ];
}

/** A hostname that the hook withholds although no listener of the gate has it. */
export function hookTrouble({ hostname, message }: { hostname: string; message: string }): Trouble {
  return { about: "hook", level: "failed", subject: hostname, message, hint: "" };
}

function gateTroubles(status: GateStatus): Trouble[] {
  const troubles: Trouble[] = [];
  if (status.clock !== "") {
    const hint = "set the clock of this host; until then no date is believed";
    troubles.push({ about: "clock", level: "failed", subject: "clock", message: status.clock, hint });
  }
  if (status.output.message !== "") {
    const hint = "Envoy Gateway keeps what it was given before; check the directory, its owner and the disk";
    const { file: subject, message } = status.output;
    troubles.push({ about: "gate", level: "failed", subject, message, hint });
  }
  for (const { namespace, name, message } of status.gateways) {
    if (message === "") continue;
    const subject = `${namespace}/${name}`;
    troubles.push({ about: "gateway", level: "failed", subject, message, hint: "" });
  }
  return troubles;
}

function sourceTroubles({ sources }: GateStatus): Trouble[] {
  return sources.flatMap(({ source, up, errors, message }): Trouble[] => {
    const count = Object.values(errors).reduce((sum, value) => sum + value, 0);
    if (up && count === 0) return [];
    const words = message || (up ? `${count} errors in the latest look` : "The source cannot be looked at");
    const hint = up ? "" : "what was read last is believed for a while; check the directory and its owner";
    return [{ about: "source", level: up ? "attention" : "failed", subject: source, message: words, hint }];
  });
}

const UPDATES: Readonly<Record<EnvoyUpdate, string>> = {
  lds: "listener",
  cds: "cluster",
  rds: "route",
  sds: "certificate",
};

function envoyTroubles({ envoys }: GateStatus): Trouble[] {
  return envoys.flatMap(({ admin, up, state, message, rejected, warming }): Trouble[] => {
    const trouble = (level: Trouble["level"], words: string, hint: string): Trouble => ({
      about: "envoy",
      level,
      subject: admin,
      message: words,
      hint,
    });
    if (!up) return [trouble("failed", message || "The Envoy does not answer", "check that it runs")];
    const refused = (Object.keys(UPDATES) as EnvoyUpdate[]).filter((type) => rejected[type] > 0)
      .map((type) => `${rejected[type]} ${UPDATES[type]} update${rejected[type] === 1 ? "" : "s"}`);
    const found: Trouble[] = [];
    if (refused.length > 0) {
      const words = `The Envoy has refused ${refused.join(", ")} since it started`;
      found.push(trouble("attention", words, "its log says which and why; what it had before stays in use"));
    }
    if (state !== "LIVE") {
      const words = `The Envoy is ${
        state || "in an unknown state"
      }, and listens on nothing before it is LIVE`;
      found.push(trouble("attention", words, "it waits for something that Envoy Gateway has not given it"));
    } else if (warming.length > 0) {
      const words = `Listeners wait for something before they serve: ${warming.join(", ")}`;
      found.push(trouble("attention", words, "a certificate or a route has not arrived at this Envoy"));
    }
    return found;
  });
}
