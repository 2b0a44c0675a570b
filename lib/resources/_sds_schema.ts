import * as z from "zod";
import { parseListenAddress } from "./listen_address.ts";

/** The files of one side of a TLS connection with certificates on both sides. */
const absolute = (what: string) => z.string().startsWith("/", `Expected an absolute path for ${what}`);

/** How the pairs of a source reach Envoy. */
export const delivery = z.enum(["gateway", "sds"]).default("gateway")
  .describe(
    "How its pairs reach Envoy: gateway through Envoy Gateway's directory, sds straight from certgate",
  );

const envoySide = z.strictObject({
  certificate: absolute("the certificate").describe(
    "PEM file, as Envoy sees it, that it presents to certgate",
  ),
  key: absolute("the key").describe("PEM file of its key, as Envoy sees it"),
  ca: absolute("the CA").describe(
    "PEM file, as Envoy sees it, of the authorities that certgate's own comes from",
  ),
  serverName: z.string().min(1).describe("Name that certgate's certificate has to be for"),
});

const bundle = z.strictObject({
  name: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "Expected a name as Kubernetes has them")
    .describe("Name of the ConfigMap or Secret that policies refer to"),
  namespace: z.string().regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "Expected a namespace as Kubernetes has them",
  )
    .default("envoy-gateway-system").describe("Its namespace"),
  kind: z.enum(["ConfigMap", "Secret"]).default("ConfigMap").describe("As what policies refer to it"),
  file: absolute("the bundle").describe("PEM file of the authorities; read again when it changes"),
});

/** What certgate's own SDS server is, less TLS, which is that of the hook. */
export const sdsParts = {
  group: z.union([z.string().min(1), z.int().min(0).max(0xffff_fffe).transform(String)]).optional()
    .describe("Group, by name or number, that may connect to the socket; whoever may is given private keys"),
  envoy: envoySide.optional()
    .describe(
      "What Envoy uses to connect where sds.listen is a tcp:// address; the hook writes it into the cluster",
    ),
  bundles: z.array(bundle).default([])
    .describe("CA bundles that Envoy is given by SDS: what clients or backends are checked with"),
} as const;

/** Says where the pairs of one pattern would go two ways. */
export function checkDelivery(
  sources: readonly { readonly path: string; readonly delivery: string }[],
  context: z.core.$RefinementCtx,
): void {
  sources.forEach(({ path, delivery }, index) => {
    if (sources.slice(0, index).every((one) => one.path !== path || one.delivery === delivery)) return;
    context.addIssue({
      code: "custom",
      path: [index, "delivery"],
      message: `The source "${path}" is there already with another delivery`,
    });
  });
}

/** Says where both doors would be one. */
export function checkDoors(
  { hook, sds }: { readonly hook: { readonly listen: string }; readonly sds: { readonly listen: string } },
  context: z.core.$RefinementCtx,
): void {
  const [one, other] = [hook, sds].map(({ listen }) => JSON.stringify(parseListenAddress(listen)));
  if (one !== other) return;
  const message = "The hook listens there; Envoys need another address to ask at";
  context.addIssue({ code: "custom", path: ["sds", "listen"], message });
}
