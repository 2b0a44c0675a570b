/**
 * Annotations of Gateways and ListenerSets → who issues each Secret's certificate, and what it is to be like.
 *
 * Pure: objects come ready read, intents are data. Nothing is issued, written or asked for here, no certificate is looked
 * into, and what was planned before is the caller's to remember.
 *
 * @module
 */
export * from "./intent.ts";
export * from "./intent_options.ts";
export * from "./plan_intents.ts";
export * from "./to_certificate.ts";
