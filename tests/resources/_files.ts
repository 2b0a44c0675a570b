const GATEWAY = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: g
spec:
  gatewayClassName: c
  listeners:
  - name: a
    port: 443
    protocol: HTTPS
    hostname: a.test
    tls:
      certificateRefs:
      - name: s
`;
const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: s
type: kubernetes.io/tls
data:
  tls.crt: YQ==
  tls.key: YQ==
`;
const list = (item: string) =>
  `apiVersion: v1\nkind: List\nitems:\n- ${item.trimEnd().replaceAll("\n", "\n  ")}\n`;
const annotated = (value: string) =>
  GATEWAY.replace("  name: g\n", `  name: g\n  annotations: {a: ${value}}\n`);

/** A file, and how many objects certgate takes from it; -1 if it leaves the file out. */
export interface FileCase {
  readonly name: string;
  readonly text: string;
  readonly objects: number;
}

/** Files about which the question is how they are read, not what the objects say. */
export const FILES: readonly FileCase[] = [
  { name: "empty", text: "", objects: 0 },
  { name: "a comment alone", text: "# hi\n", objects: 0 },
  { name: "a comment before the first document", text: `# hi\n---\n${GATEWAY}`, objects: 1 },
  { name: "a document that is a comment", text: `${GATEWAY}---\n# hi\n`, objects: 1 },
  { name: "an empty document between two", text: `${GATEWAY}---\n---\n${SECRET}`, objects: 2 },
  { name: "two documents", text: `${GATEWAY}---\n${SECRET}`, objects: 2 },
  { name: "a comment after the separator", text: `${GATEWAY}--- # hi\n${SECRET}`, objects: 2 },
  { name: "text after the separator", text: `${GATEWAY}--- hi\n${SECRET}`, objects: -1 },
  { name: "an end mark", text: `${GATEWAY}...\n`, objects: 1 },
  { name: "a byte order mark", text: `\ufeff${GATEWAY}`, objects: 1 },
  { name: "line ends of Windows", text: GATEWAY.replaceAll("\n", "\r\n"), objects: 1 },
  { name: "a tab", text: GATEWAY.replace("    port", "\tport"), objects: -1 },
  { name: "a word", text: "hello\n", objects: -1 },
  { name: "a list", text: "- a\n", objects: -1 },
  { name: "null", text: "null\n", objects: 0 },
  { name: "JSON", text: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}', objects: 1 },
  {
    name: "JSON twice",
    text: '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}}'.repeat(2),
    objects: -1,
  },
  { name: "a List", text: list(GATEWAY), objects: 1 },
  {
    name: "a List of a kind that nobody knows",
    text: list(GATEWAY.replace("Gateway\n", "Gatewai\n")),
    objects: 0,
  },
  {
    name: "a GatewayList",
    text: list(GATEWAY).replace("v1\nkind: L", "gateway.networking.k8s.io/v1\nkind: GatewayL"),
    objects: 0,
  },
  {
    name: "an anchor",
    text: GATEWAY.replace("- name: a", "- name: &a a").replace("- name: s", "- name: *a"),
    objects: 1,
  },
  { name: "a merge", text: SECRET.replace("data:\n", "data:\n  <<: {x: YQ==}\n"), objects: 1 },
  { name: "a key twice in a Gateway", text: `${GATEWAY}kind: Gateway\n`, objects: -1 },
  { name: "a key twice in a Secret", text: `${SECRET}kind: Secret\n`, objects: -1 },
  { name: "the same Gateway twice", text: `${GATEWAY}---\n${GATEWAY}`, objects: 1 },
  {
    name: "a Deployment",
    text: `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n---\n${SECRET}`,
    objects: 1,
  },
  {
    name: "a foreign kind",
    text: `apiVersion: a.test/v1\nkind: A\nmetadata: {name: a}\n---\n${SECRET}`,
    objects: 1,
  },
  { name: "a line of 100 KB", text: SECRET.replace("YQ==", "YWFh".repeat(25_000)), objects: 1 },
  ...["yes", "on", "y", "N", "010", "0o10", "0x1F", "1_000", "1e3", ".5", "+1"].map((value) => ({
    name: `the plain word ${value} as text`,
    text: annotated(value),
    objects: -1,
  })),
  ...["12:30:45", "2001-01-01", "~", "1.2.3", "0o9", "'on'", "tRue"].map((value) => ({
    name: `the plain word ${value} as text`,
    text: annotated(value),
    objects: 1,
  })),
];
