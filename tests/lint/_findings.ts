import { fileURLToPath } from "node:url";
import plugin from "./plugin.ts";

/** What the plugin says about a text if it stood at that path of the checkout: `rule: message`, in order. */
export function findings(path: string, source: string): string[] {
  const file = fileURLToPath(new URL(`../../${path}`, import.meta.url));
  return Deno.lint.runPlugin(plugin, file, source).map(({ id, message }) => `${id}: ${message}`);
}

/** Only which rules spoke. */
export function rulesOf(path: string, source: string): string[] {
  return findings(path, source).map((finding) => finding.split(": ")[0]);
}
