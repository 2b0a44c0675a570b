import { AgentDependents } from "./agent_dependents.ts";
import { AgentRotation, type RotationParts } from "./agent_rotation.ts";
import { sleepUnless } from "./agent_rotation_run.ts";
import type { ControlPlaneStatus, DependentStatus } from "./model/mod.ts";
import type { Config } from "./resources/mod.ts";

/** What `/v1/status` says of the control plane. */
export interface ControlPlaneParts {
  /** Its certificates; not there where they are not watched. */
  readonly controlPlane?: ControlPlaneStatus;
  /** Who does not read a new authority by itself; not there where nobody is named. */
  readonly dependents?: readonly DependentStatus[];
}

/** The certificates of the control plane, and those who have to be restarted for them. */
export class ControlPlane {
  readonly #rotation: AgentRotation;
  readonly #dependents: AgentDependents;

  /** Begins to look; nobody has to wait for it. */
  constructor(config: Config, parts: Omit<RotationParts, "dependents">) {
    const { log, metrics, time } = parts;
    this.#dependents = new AgentDependents(config, {
      log,
      metrics,
      clock: () => time().now,
      sleep: sleepUnless,
    });
    this.#rotation = new AgentRotation(config, {
      ...parts,
      dependents: (fingerprint, signal) => this.#dependents.restart(fingerprint, signal),
    });
    this.#dependents.begin();
  }

  /** Takes another configuration. */
  use(config: Config): void {
    this.#dependents.use(config);
    this.#rotation.use(config);
  }

  /** As `/v1/status` shows them. */
  status(): ControlPlaneParts {
    const controlPlane = this.#rotation.status();
    const dependents = this.#dependents.status();
    return { ...controlPlane && { controlPlane }, ...dependents.length > 0 && { dependents } };
  }

  /** Ends every wait at once; what was begun goes on at the next start. */
  async stop(): Promise<void> {
    await Promise.all([this.#rotation.stop(), this.#dependents.stop()]);
  }
}
