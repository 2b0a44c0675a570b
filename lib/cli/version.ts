import manifest from "../../deno.json" with { type: "json" };

/** The version of this certgate, as in `deno.json`. */
export const VERSION: string = manifest.version;

/** When this version was made, milliseconds since the epoch: a clock that says less is wrong. */
export const RELEASED: number = Date.parse(manifest.released);

/** The source revision that this was built from; a build writes it into the manifest. */
export const REVISION: string = (manifest as { readonly revision?: string }).revision ?? "checkout";
