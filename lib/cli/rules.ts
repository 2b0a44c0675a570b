import {
  ALERT_GROUPS,
  DEFAULT_RULE_OPTIONS,
  FLEET_GROUPS,
  renderRules,
  type RuleOptions,
} from "./alerts/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import type { Terminal } from "./terminal.ts";

/**
 * `certgate rules`: prints the alert rules for Prometheus.
 *
 * @param options What differs from the defaults; an `undefined` is the default. `fleet` prints the rules for a Prometheus
 * that sees many hosts instead.
 */
export function rules(
  terminal: Terminal,
  options: Partial<RuleOptions> & { readonly fleet?: boolean } = {},
): Promise<ExitCode> {
  const { runbookUrl, compat, team, fleet } = options;
  terminal.out(renderRules(fleet ? FLEET_GROUPS : ALERT_GROUPS, {
    // A trailing "#" or "/" of a pasted address would make a link that leads nowhere.
    runbookUrl: (runbookUrl ?? DEFAULT_RULE_OPTIONS.runbookUrl).replace(/[#/]+$/, ""),
    compat: compat ?? DEFAULT_RULE_OPTIONS.compat,
    team: team ?? DEFAULT_RULE_OPTIONS.team,
  }));
  return Promise.resolve(EXIT.ok);
}
