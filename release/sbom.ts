import type { Package } from "./packages.ts";
import type { Project } from "./project.ts";

/** Versions of what a binary runs on. */
export interface Runtime {
  readonly deno: string;
  readonly v8: string;
}

/**
 * The bill of materials of a release, as CycloneDX 1.6. Serial number and time come from what is in it, so the same
 * sources give the same document.
 *
 * @param project What is released.
 * @param packages The packages inside.
 * @param runtime What it runs on.
 * @returns The document, for `JSON.stringify`.
 */
export async function billOfMaterials(
  project: Project,
  packages: readonly Package[],
  runtime: Runtime,
): Promise<Record<string, unknown>> {
  const root = `pkg:github/certgate/certgate@v${project.version}`;
  const deno = `pkg:github/denoland/deno@v${runtime.deno}`;
  const v8 = `pkg:generic/v8@${runtime.v8}`;
  const needed = new Set(packages.flatMap(({ needs }) => needs));
  const direct = packages.filter((each) => !needed.has(`${each.name}@${each.version}`)).map(purl);
  const body = {
    version: 1,
    metadata: {
      timestamp: new Date(project.epoch * 1000).toISOString(),
      lifecycles: [{ phase: "build" }],
      component: {
        type: "application",
        "bom-ref": root,
        name: "certgate",
        version: project.version,
        licenses: [{ license: { id: project.license } }],
        purl: root,
        properties: [{ name: "certgate:revision", value: project.revision }],
      },
    },
    components: [
      platform({ type: "platform", name: "deno", version: runtime.deno, purl: deno, license: "MIT" }),
      platform({ type: "library", name: "v8", version: runtime.v8, purl: v8, license: "BSD-3-Clause" }),
      ...packages.map(component),
    ],
    dependencies: [
      { ref: root, dependsOn: [deno, ...direct] },
      { ref: deno, dependsOn: [v8] },
      { ref: v8, dependsOn: [] },
      ...packages.map((each) => ({
        ref: purl(each),
        dependsOn: each.needs.map((need) => purl(split(need))),
      })),
    ],
  };
  return {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${await uuidOf(JSON.stringify(body))}`,
    ...body,
  };
}

function platform(
  { license, purl, ...rest }: { type: string; name: string; version: string; purl: string; license: string },
) {
  return { ...rest, "bom-ref": purl, licenses: [{ license: { id: license } }], purl };
}

function component(each: Package) {
  const [group, name] = each.name.startsWith("@") ? each.name.split("/") : [undefined, each.name];
  // One identifier is a licence, anything longer an expression of them.
  const licence = /^[\w.+-]+$/.test(each.license)
    ? { license: { id: each.license } }
    : { expression: each.license };
  return {
    type: "library",
    "bom-ref": purl(each),
    ...(group === undefined ? {} : { group }),
    name,
    version: each.version,
    hashes: [{ alg: "SHA-512", content: each.sha512 }],
    licenses: [licence],
    purl: purl(each),
  };
}

/** https://github.com/package-url/purl-spec: the scope is a namespace, and its sign is escaped. */
function purl({ name, version }: { readonly name: string; readonly version: string }): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function split(id: string) {
  const at = id.lastIndexOf("@");
  return { name: id.slice(0, at), version: id.slice(at + 1) };
}

/** A UUID of version 8 (RFC 9562, 5.8): its bits are those of a hash. */
async function uuidOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).slice(
    0,
    16,
  );
  hash[6] = hash[6] & 0x0f | 0x80;
  hash[8] = hash[8] & 0x3f | 0x80;
  return hash.toHex().replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
