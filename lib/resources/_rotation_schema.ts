import * as z from "zod";
import { dependents } from "./_dependents_schema.ts";
import { parseHttpAddress } from "./listen_address.ts";

const hostPort = z.string().superRefine((text, context) => {
  const problem = parseHttpAddress(text);
  if (typeof problem === "string") context.addIssue({ code: "custom", message: problem });
});

/**
 * The section `rotation`. The bounds hold each other: with the latest moment there is more of the lifetime left than the
 * alert wants, and with the earliest a new authority is never due on the day that it is made.
 */
export const rotation = z.strictObject({
  configHome: z.string().startsWith("/", "Expected an absolute path for the configuration home").optional()
    .describe(
      "The configHome of Envoy Gateway, whose directory certs holds its own certificates; with it they are watched",
    ),
  automatic: z.boolean().default(false)
    .describe("Whether certgate run rotates them by itself; needs configHome"),
  mode: z.enum(["staged", "single"]).default("staged")
    .describe("Trust first and certificates after a wait, or everything at once"),
  key: z.enum(["ecdsa", "rsa"]).default("ecdsa").describe("Kind of the new keys"),
  lifetimeDays: z.int().min(7).max(3650).default(1825).describe("Days for which new certificates are valid"),
  renewAt: z.number().min(0.3).max(0.75).default(0.67)
    .describe("After how much of the lifetime they are replaced: a fraction"),
  jitter: z.number().min(0).max(0.1).default(0.05)
    .describe(
      "How much sooner or later than that, at most: a fraction of the lifetime, so that many hosts do not rotate at once",
    ),
  convergence: z.int().min(1000).max(86_400_000).default(65_000)
    .describe("Milliseconds after which everybody has read what was published"),
  probes: z.array(hostPort).default([])
    .describe(
      "host:port of who takes part in its mutual TLS; they are asked, so that the wait may end sooner",
    ),
  dependents,
}).superRefine(({ automatic, configHome, dependents }, context) => {
  if (configHome !== undefined) return;
  if (automatic) context.addIssue({ code: "custom", message: 'Automatic rotation needs "configHome"' });
  if (dependents.length === 0) return;
  const message = 'Dependents need "configHome": without it no rotation is ever seen';
  context.addIssue({ code: "custom", path: ["dependents"], message });
}).prefault({});
