/**
 * The project's lint plugin: the parts of the design that a machine can hold.
 *
 * @module
 */
import { console } from "./console.ts";
import { exit } from "./exit.ts";
import { purity } from "./purity.ts";
import { ranks } from "./ranks.ts";

const plugin: Deno.lint.Plugin = { name: "certgate", rules: { ranks, purity, exit, console } };

export default plugin;
