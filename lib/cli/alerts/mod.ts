/**
 * The alerts, each with its runbook: data, from which the rules of Prometheus, docs/runbooks.md and
 * `certgate runbook` are made. Nothing is evaluated here.
 *
 * @module
 */
import type { Alert, AlertGroup } from "./alert.ts";
import { BACKSTOP_ALERTS } from "./backstop_alerts.ts";
import { CERTIFICATE_ALERTS } from "./certificate_alerts.ts";
import { DAEMON_ALERTS } from "./daemon_alerts.ts";
import { DELIVERY_ALERTS } from "./delivery_alerts.ts";
import { DEPENDENT_ALERTS } from "./dependent_alerts.ts";
import { FLEET_ALERTS } from "./fleet_alerts.ts";
import { ISSUANCE_ALERTS } from "./issuance_alerts.ts";
import { POLICY_ALERTS } from "./policy_alerts.ts";
import { ROTATION_ALERTS } from "./rotation_alerts.ts";
import { SDS_ALERTS } from "./sds_alerts.ts";
import { SUPPLY_ALERTS } from "./supply_alerts.ts";
import { TRUST_ALERTS } from "./trust_alerts.ts";

export type { Alert, AlertGroup, RecordRule, Runbook } from "./alert.ts";
export * from "./render_rules.ts";
export * from "./render_runbook.ts";
export * from "./shared_diagnosis.ts";

/** Every group, the one that people look for first in front. */
export const ALERT_GROUPS: readonly AlertGroup[] = [
  CERTIFICATE_ALERTS,
  BACKSTOP_ALERTS,
  SUPPLY_ALERTS,
  DELIVERY_ALERTS,
  SDS_ALERTS,
  POLICY_ALERTS,
  DAEMON_ALERTS,
  ROTATION_ALERTS,
  DEPENDENT_ALERTS,
  TRUST_ALERTS,
  ISSUANCE_ALERTS,
];

/** Rules for a Prometheus that sees many hosts. */
export const FLEET_GROUPS: readonly AlertGroup[] = [FLEET_ALERTS];

/** Every alert, in the order of the groups, those of the fleet last. */
export const ALERTS: readonly Alert[] = [...ALERT_GROUPS, ...FLEET_GROUPS].flatMap((group) => group.alerts);
