import { dirname } from "node:path";
import {
  COMMAND_HINT,
  DNS_PROGRAM,
  ISSUE_PROGRAM,
  KILL,
  mayRun,
  mayWrite,
  RUN_HINT,
  SYSTEMCTL,
  WRITE_HINT,
} from "../host/mod.ts";
import { type Config, parseListenAddress } from "../resources/mod.ts";
import { wantsSds } from "./note_delivery.ts";

/** A key of the configuration that asks for what this binary may not do. */
export interface Refusal {
  /** E.g. `gate.output`. */
  readonly key: string;
  readonly message: string;
  readonly hint: string;
}

/**
 * Finds what the permissions of this binary do not allow. They are baked in, and the configuration is written later.
 *
 * @param config The configuration.
 * @returns One for each key; nothing is tried, the file system itself may still refuse.
 */
export async function findRefusals(config: Config): Promise<Refusal[]> {
  const { automatic, configHome } = config.rotation;
  const written = [
    ["stateDir", config.stateDir],
    ["gate.output", config.gate.output],
    ["issuance.output", config.issuance.output],
    ["hook.listen", directoryOf(config.hook.listen)],
    ["sds.listen", wantsSds(config) ? directoryOf(config.sds.listen) : undefined],
    // Who only watches writes nothing.
    ["rotation.configHome", automatic ? configHome : undefined],
  ] as const;
  const refusals: Refusal[] = [];
  for (const [key, path] of written) {
    if (path === undefined || await mayWrite(path)) continue;
    refusals.push({
      key,
      message: `Cannot use "${path}" for "${key}": this binary may not write there`,
      hint: WRITE_HINT,
    });
  }
  if (wantsSds(config) && config.gate.resources !== undefined && config.sds.tls && !config.sds.envoy) {
    refusals.push({
      key: "sds.envoy",
      message:
        `Cannot use "${config.sds.listen}" for "sds.listen": the hook has to tell Envoy what to connect with`,
      hint: "set sds.envoy: certificate, key, ca and serverName, as Envoy sees the files",
    });
  }
  const { path } = config.envoy;
  if (path.startsWith("/") && !await mayRun(path) && !await mayRun(await realPath(path))) {
    refusals.push({
      key: "envoy.path",
      message: `Cannot use "${path}" for "envoy.path": this binary may not run it`,
      hint: RUN_HINT,
    });
  }
  return [...refusals, ...await findCommandRefusals(config), ...await findIssuerRefusals(config)];
}

/** Where a socket stands; `undefined` for what is no socket. */
function directoryOf(listen: string): string | undefined {
  const address = parseListenAddress(listen);
  return typeof address !== "string" && address.kind === "unix" ? dirname(address.path) : undefined;
}

/** Programs that issue certificates and make records. */
async function findIssuerRefusals({ issuers }: Config): Promise<Refusal[]> {
  const programs = issuers.flatMap(({ exec, acme }, at) =>
    [
      [`issuers.${at}.exec.command`, exec?.command[0], ISSUE_PROGRAM],
      [`issuers.${at}.acme.dns01.command`, acme?.dns01?.command[0], DNS_PROGRAM],
    ] as const
  );
  const refusals: Refusal[] = [];
  for (const [key, path, place] of programs) {
    if (path === undefined || await mayRun(path)) continue;
    refusals.push({
      key,
      message: `Cannot use "${path}" for "${key}": this binary may not run it`,
      hint:
        `this binary may run ${place}: make it a program of yours, or a symbolic link to one, and give it arguments`,
    });
  }
  return refusals;
}

/** Programs that dependents are restarted with, and asked with. */
async function findCommandRefusals({ rotation: { dependents } }: Config): Promise<Refusal[]> {
  const programs = dependents.flatMap(({ instances }, i) =>
    instances.flatMap(({ systemd, signal, command, health }, j) => {
      const key = `rotation.dependents.${i}.instances.${j}`;
      return [
        [`${key}.systemd`, systemd && SYSTEMCTL],
        [`${key}.signal`, signal && KILL],
        [`${key}.command`, command?.[0]],
        [`${key}.health.command`, health?.command?.[0]],
      ] as const;
    })
  );
  const refusals: Refusal[] = [];
  for (const [key, path] of programs) {
    if (path === undefined || await mayRun(path)) continue;
    const message = `Cannot use "${path}" for "${key}": this binary may not run it`;
    refusals.push({ key, message, hint: COMMAND_HINT });
  }
  return refusals;
}

// One that is not there is another complaint, made where it is looked for.
const realPath = (path: string) => Deno.realPath(path).catch(() => path);
