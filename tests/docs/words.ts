/** Names in the docs that belong to others. */
export const FOREIGN_WORDS: ReadonlySet<string> = new Set([
  "CapBnd", // proc(5)
  "CapEff", // proc(5)
  "NoNewPrivs", // proc(5)
  "PostTranslateModify", // a call of Envoy Gateway
  "PrivateTmp", // systemd
  "PrometheusRule", // Prometheus Operator
  "SecRuleEngine", // Coraza
]);

/** Variables `CERTGATE_…` that are no key of the configuration. */
export const OTHER_VARIABLES: ReadonlySet<string> = new Set([
  "CERTGATE_CONFIG",
  "CERTGATE_TEST_KILLS",
  "CERTGATE_CA", // given to the commands of dependents
  "CERTGATE_CACHE", // tests
  "CERTGATE_DEPENDENT", // given to the commands of dependents
  "CERTGATE_ISSUER", // given to programs that issue, like the next four
  "CERTGATE_NAMES",
  "CERTGATE_NAMESPACE",
  "CERTGATE_NOT_AFTER",
  "CERTGATE_PROGRAM", // tests
  "CERTGATE_SECRET",
]);
