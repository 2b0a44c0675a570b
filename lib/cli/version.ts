import manifest from "../../deno.json" with { type: "json" };

/** The version of this certgate, as in `deno.json`. */
export const VERSION: string = manifest.version;

/** When this version was made, milliseconds since the epoch: a clock that says less is wrong. */
export const RELEASED: number = Date.parse(manifest.released);
