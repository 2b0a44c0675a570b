/** What an operator reads when an alert fires. Markdown, plain words; every command in it exists. */
export interface Runbook {
  /** What has happened. */
  readonly meaning: string;
  /** Who notices, and who does not. */
  readonly impact: string;
  /** How to find the cause. */
  readonly diagnose: string;
  /** What to do about it, and what heals by itself. */
  readonly remediate: string;
}

/** One alert, with its runbook: an alert without one is a type error. */
export interface Alert {
  /** The name, which is also the anchor of the runbook. */
  readonly name: string;
  /** PromQL over the families of docs/metrics.md. */
  readonly expr: string;
  /** How long it has to be true, as Prometheus writes durations. */
  readonly for: string;
  /** `critical`: somebody gets up for it. `warning`: somebody looks at it in the morning. `info`: good to know. */
  readonly severity: "info" | "warning" | "critical";
  /** One line; a template of Prometheus. */
  readonly summary: string;
  /** What it means and where to look; a template of Prometheus. */
  readonly description: string;
  readonly runbook: Runbook;
}

/** A series that Prometheus computes beforehand, for alerts and dashboards. */
export interface RecordRule {
  /** `level:metric:operation`. */
  readonly record: string;
  /** PromQL over the families of docs/metrics.md and over earlier records of the same group. */
  readonly expr: string;
}

/** Alerts that Prometheus evaluates together. */
export interface AlertGroup {
  readonly name: string;
  /** How often they are evaluated; default 30s. */
  readonly interval?: string;
  /** Evaluated in front of the alerts, in this order. */
  readonly records?: readonly RecordRule[];
  readonly alerts: readonly Alert[];
}
