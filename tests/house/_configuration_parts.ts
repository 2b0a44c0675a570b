/** What the page of the configuration says of each part besides its keys. Every example is a whole configuration. */
export interface ConfigurationPart {
  readonly heading: string;
  /** Top-level keys that belong here. */
  readonly keys: readonly string[];
  readonly about: string;
  readonly example: string;
}

/** In the order of the page. */
export const CONFIGURATION_PARTS: readonly ConfigurationPart[] = [
  {
    heading: "Sources",
    keys: ["sources"],
    about: "Where pairs of certificate and key arrive, see [sources.md](sources.md).",
    example: `sources:
  - path: /etc/letsencrypt/live/* # one folder is one pair and one Secret of its name
  - path: /srv/certs/{edge,shop}/*
    exclude: [old, "*.bak"]
    namespace: "{parent}" # edge or shop
    secretName: "{name}-tls"`,
  },
  {
    heading: "The gate",
    keys: ["gate"],
    about:
      "What Envoy Gateway is given, see [gate.md](gate.md). It is on where `gate.resources` and `gate.output` are set.",
    example: `gate:
  resources: /etc/certgate/resources
  output: /var/lib/certgate/gate
  expiresSoon: 7d`,
  },
  {
    heading: "The hook",
    keys: ["hook"],
    about:
      "Where Envoy Gateway calls, see [hook.md](hook.md). Snapshots hold private keys, so without `hook.tls` it is a Unix " +
      "socket or a loopback address. With it, see [trust.md](trust.md), it may be any `tcp://` address; the three files are " +
      "needed together.",
    example: `hook:
  listen: unix:///run/certgate/hook.sock
  group: envoy-gateway # who may connect, besides the own user`,
  },
  {
    heading: "Straight to Envoy",
    keys: ["sds"],
    about:
      "Where Envoys ask certgate itself for certificates, see [sds.md](sds.md). It is opened where a source or `issuance` has " +
      "`delivery: sds`, and where there are bundles. Whoever may connect is given private keys, so without `sds.tls` it is a " +
      "Unix socket or a loopback address.",
    example: `sources:
  - path: /etc/letsencrypt/live/*
    delivery: sds
sds:
  listen: unix:///run/certgate/sds.sock
  group: envoy # the group that Envoy runs as
  bundles:
    - name: client-ca # a ConfigMap that a policy refers to, or trust/NAMESPACE/client-ca of a plain Envoy
      file: /etc/certgate/client-ca.pem`,
  },
  {
    heading: "What is withheld",
    keys: ["whenEmpty", "onDark", "onExpired", "neverGate"],
    about: "How far certgate goes, see [hook.md](hook.md).",
    example: `onDark: wildcard
neverGate: [envoy-gateway-system/platform-wildcard] # the dates alone never withhold this one`,
  },
  {
    heading: "Envoy",
    keys: ["envoy"],
    about:
      "The Envoy binary that has the last word on a pair, and the running Envoys that are asked what they serve.",
    example: `envoy:
  path: /usr/local/bin/envoy
  admin: ["127.0.0.1:19000"]`,
  },
  {
    heading: "Issuing certificates",
    keys: ["issuers", "issuance"],
    about:
      "Who issues what annotations of cert-manager ask for, and when it is renewed, see [issuers.md](issuers.md). It is on where `issuance.output` is set.",
    example: `issuance:
  output: /var/lib/certgate/issued
issuers:
  - name: internal
    ca: { certificate: /etc/certgate/ca/tls.crt, key: /etc/certgate/ca/tls.key }
  - name: letsencrypt
    acme:
      server: https://acme-v02.api.letsencrypt.org/directory
      email: ops@example.com
      acceptTerms: true`,
  },
  {
    heading: "Policy objects",
    keys: ["policy", "features"],
    about: "Objects that change what Envoy is given beyond certificates, see [policy.md](policy.md).",
    example: `policy:
  paths: [/etc/certgate/policy]
  localReply:
    enabled: true
    bodyPath: /etc/certgate/error.html
features:
  policy: true`,
  },
  {
    heading: "Where something fails",
    keys: ["hooks", "mutations"],
    about: "For each hook and each change to a snapshot one of `open`, `closed` and `http500`, see " +
      "[policy.md](policy.md#where-something-fails).",
    example: `hooks:
  PostTranslateModify: closed
mutations:
  wafRoute: { action: http500, scope: virtualHost }
  localReply: open`,
  },
  {
    heading: "Looking inside",
    keys: ["debug"],
    about: "What is off in production, see [policy.md](policy.md#what-the-latest-answer-changed).",
    example: `debug:
  programmedSet: true`,
  },
  {
    heading: "Certificates of Envoy Gateway itself",
    keys: ["rotation"],
    about:
      "With which Envoy Gateway, Envoy and the rate limit service know each other, see [rotation.md](rotation.md). They are " +
      "watched where `rotation.configHome` is set, and replaced where `rotation.automatic` is on.",
    example: `rotation:
  configHome: /etc/envoy-gateway # certs is in it
  automatic: true
  lifetimeDays: 90`,
  },
  {
    heading: "Status and metrics",
    keys: ["http", "metrics"],
    about: "What is served over HTTP, see [status.md](status.md) and [monitoring.md](monitoring.md).",
    example: `http:
  listen: 127.0.0.1:9794
metrics:
  perHost: false # above some ten thousand hostnames`,
  },
  {
    heading: "Watching files",
    keys: ["watch"],
    about:
      "How quickly changes are seen, and how long something odd is waited for, see [sources.md](sources.md).",
    example: `watch:
  pollInterval: 5000
  events: false # a network file system has none`,
  },
  {
    heading: "State and log",
    keys: ["stateDir", "log"],
    about: "What is kept is told in [outputs.md](outputs.md), log lines in [monitoring.md](monitoring.md).",
    example: `stateDir: /var/lib/certgate
log:
  level: warn`,
  },
];
