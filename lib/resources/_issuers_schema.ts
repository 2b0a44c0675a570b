import * as z from "zod";
import { delivery } from "./_sds_schema.ts";

const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);
const command = (what: string) =>
  z.array(z.string().min(1)).min(1).refine(([program]) => program.startsWith("/"), {
    message: "Expected the absolute path of a program first",
  }).describe(what);
const timeout = (usual: number, what: string) =>
  z.int().min(1000).max(3_600_000).default(usual).describe(what);

const ca = z.strictObject({
  certificate: absolute("the certificate")
    .describe("PEM file of the authority's certificate, its issuers behind it; read again when it changes"),
  key: absolute("the key").describe("PEM file of its key"),
});

const exec = z.strictObject({
  command: command(
    "Program and arguments; a certificate request on its input, the chain on its output, both PEM",
  ),
  timeout: timeout(60_000, "Milliseconds that it may take"),
});

const acme = z.strictObject({
  server: z.url({ protocol: /^https$/, message: "Expected the https:// URL of a directory" })
    .describe("URL of the directory"),
  email: z.string().min(3).optional().describe("Contact of the account"),
  acceptTerms: z.literal(true).describe("That you accept the terms of the service"),
  caBundle: absolute("the bundle").optional()
    .describe("PEM file of authorities that are trusted for the server, besides those of the system"),
  externalAccount: z.strictObject({
    keyId: z.string().min(1).describe("Key identifier that the issuer gave you"),
    keyFile: absolute("the key").describe("File with the base64url MAC key that it gave you"),
  }).optional().describe("External account binding"),
  profile: z.string().min(1).optional().describe("Profile of the issuer, such as shortlived"),
  preferredChain: z.string().min(1).optional().describe("Common name of the root of the chain that is taken"),
  renewalInfo: z.boolean().default(true).describe("Whether the issuer is asked when to renew (ARI)"),
  dns01: z.strictObject({
    command: command("Program and arguments; then present or cleanup, the record's name and its value"),
    timeout: timeout(300_000, "Milliseconds that it may take, until the record can be seen"),
  }).optional().describe("Proof by a DNS record; without it by HTTP through Envoy Gateway"),
  timeout: timeout(300_000, "Milliseconds that one order may take"),
});

const name = z.string().min(1);

const issuer = z.strictObject({
  name: name.describe("Its name, as annotations refer to it"),
  kind: name.default("ClusterIssuer").describe("Its kind, as annotations refer to it"),
  group: name.default("cert-manager.io").describe("Its group, as annotations refer to it"),
  namespace: name.optional().describe("Only for references from this namespace; one of kind Issuer needs it"),
  selfSigned: z.strictObject({}).optional().describe("Every certificate signs itself"),
  ca: ca.optional().describe("An authority whose pair is on this host"),
  exec: exec.optional().describe("A program of yours"),
  acme: acme.optional().describe("A server that speaks ACME (RFC 8555)"),
}).superRefine((value, context) => {
  const ways = (["selfSigned", "ca", "exec", "acme"] as const).filter((way) => value[way] !== undefined);
  if (ways.length !== 1) {
    context.addIssue({ code: "custom", message: "Expected exactly one of selfSigned, ca, exec and acme" });
  }
  if (value.kind === "Issuer" && value.namespace === undefined) {
    context.addIssue({ code: "custom", message: 'An issuer of kind "Issuer" needs its "namespace"' });
  }
});

/** The section `issuers`. */
export const issuers = z.array(issuer).default([])
  .describe("Who issues certificates on this host, for the annotations of cert-manager");

/** The section `issuance`. */
export const issuance = z.strictObject({
  output: absolute("the issued pairs").optional()
    .describe("Directory that issued pairs land in; it is a source by itself. Without it nothing is issued"),
  delivery,
  compat: z.enum(["none", "cert-manager"]).default("none")
    .describe("cert-manager does what its code does where that differs from its design"),
  inherit: z.enum(["issuer", "all"]).default("issuer")
    .describe("What a ListenerSet takes over from its Gateway: who issues, or every annotation"),
  deriveHostnames: z.boolean().default(false)
    .describe("Whether a listener without a hostname gets the names of the HTTPRoutes attached to it"),
  renewAt: z.number().min(0.3).max(0.9).default(0.67)
    .describe(
      "After how much of the lifetime a pair is renewed, where neither annotation nor issuer says when",
    ),
  jitter: z.number().min(0).max(0.1).default(0.02)
    .describe("How much earlier than that, at most: a fraction of the lifetime"),
  attempts: z.int().min(1).max(20).default(5).describe("Attempts for one pair before a long pause"),
  pause: z.int().min(60_000).max(7 * 86_400_000).default(86_400_000)
    .describe("Milliseconds of that pause"),
  retryAfter: z.int().min(1000).max(3_600_000).default(60_000)
    .describe("Milliseconds after the first failure; doubled at each further one"),
  concurrency: z.int().min(1).max(32).default(4).describe("Pairs that are asked for at the same time"),
}).prefault({});
