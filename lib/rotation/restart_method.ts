import type { DependentReason } from "../model/mod.ts";
import type { DependentInstance } from "../resources/mod.ts";
import { restartByCommand } from "./restart_by_command.ts";
import { restartByHttp } from "./restart_by_http.ts";
import { type Pause, restartBySignal } from "./restart_by_signal.ts";
import { restartBySystemd } from "./restart_by_systemd.ts";

/** What is seen of an instance, as far as its method can see. */
export interface Sighting {
  /**
   * `missing` does not belong to this host, `absent` does and does not run, `changing` starts or stops, `unknown` means
   * that it could not be asked.
   */
  readonly state: "up" | "changing" | "absent" | "missing" | "unknown";
  /** Another one after a restart; `null` where nothing tells one run from another. */
  readonly identity: string | null;
  /** Why it is not up; `Restarted` if it is. */
  readonly reason: DependentReason;
  /** More about that; empty if there is nothing. */
  readonly detail: string;
}

/** How an attempt ended. */
export type Attempt =
  | { readonly kind: "done" }
  | { readonly kind: "absent" | "failed"; readonly reason: DependentReason; readonly detail: string };

/** One way to restart somebody. Neither function throws, and each ends within the time it is given. */
export interface RestartMethod {
  /** Method and target, e.g. `systemd:ratelimit.service`. */
  readonly instance: string;
  /** Looks without changing anything. */
  look(timeoutMs: number): Promise<Sighting>;
  /** Restarts it. Success says nothing about its health. */
  restart(timeoutMs: number, about: RestartReason): Promise<Attempt>;
}

/** For whom and because of what; commands and requests are told, so that they can be done twice without harm. */
export interface RestartReason {
  readonly dependent: string;
  /** SHA-256 of the authority: upper-case hex with colons. */
  readonly fingerprint: string;
}

/** Programs that methods run; other ones in tests. */
export interface RestartPrograms {
  readonly systemctl: string;
  readonly kill: string;
}

/**
 * The method that an instance is configured with.
 *
 * @param pause Waits between looks at a pid file.
 */
export function restartMethod(
  instance: DependentInstance,
  programs: RestartPrograms,
  pause: Pause,
): RestartMethod {
  const { systemd, signal, command, http } = instance;
  if (systemd !== undefined) return restartBySystemd(systemd, programs);
  if (signal !== undefined) return restartBySignal(signal, programs, pause);
  if (command !== undefined) return restartByCommand(command);
  return restartByHttp(http!);
}
