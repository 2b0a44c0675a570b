import { type EnvoyAdmins, openEnvoyAdmins } from "./host/mod.ts";
import type { EnvoyStatus } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";
import { type Loop, makeLoop } from "./agent_loop.ts";

const WAITING = 1000;
const IDLE = 15_000;

/**
 * Looks at the running Envoys: soon after something has happened, ever more seldom while what is waited for does not
 * come, because looking costs Envoy something too, and now and then while all is well.
 */
export class EnvoyLooks {
  readonly #admins: EnvoyAdmins;
  readonly #loop: Loop;
  readonly #routes: () => boolean;
  readonly #onLook: (envoys: readonly EnvoyStatus[]) => "moved" | "waiting" | "arrived";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause = WAITING;
  #stopped = false;

  /**
   * @param envoy Where Envoys are found.
   * @param parts `onLook` is given what they say, and says whether anything is further, and whether all has arrived;
   * `routes` says before each look whether to ask for updates of routes.
   */
  constructor(envoy: Config["envoy"], { onLook, routes, onError }: {
    readonly onLook: (envoys: readonly EnvoyStatus[]) => "moved" | "waiting" | "arrived";
    readonly routes: () => boolean;
    readonly onError: (error: unknown) => void;
  }) {
    this.#admins = openEnvoyAdmins({ setting: envoy.admin, runtimeDir: envoy.runtimeDir });
    this.#onLook = onLook;
    this.#routes = routes;
    this.#loop = makeLoop(() => this.#look(), { spacing: WAITING / 2, onError });
  }

  /** Looks soon. */
  poke(): void {
    this.#loop.poke();
  }

  /** Looks at once; takes a second at most. */
  async first(): Promise<void> {
    this.#loop.poke();
    await this.#loop.settled();
  }

  /** Looks soon and often: something is on its way. */
  hurry(): void {
    this.#pause = WAITING;
    this.#loop.poke();
  }

  /** Ends the looking after the look under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#loop.stop();
  }

  async #look(): Promise<boolean> {
    const found = this.#onLook(await this.#admins.look({ routes: this.#routes() }));
    clearTimeout(this.#timer);
    if (this.#stopped) return false;
    if (found === "arrived") this.#pause = IDLE;
    else this.#pause = found === "moved" ? WAITING : Math.min(this.#pause * 1.25, IDLE);
    this.#timer = setTimeout(() => this.#loop.poke(), this.#pause);
    return true;
  }
}
