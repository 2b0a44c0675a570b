import type { GateStatus, ListenerStatus } from "../model/mod.ts";
import type { AgentStatus } from "../server/mod.ts";
import type { Evidence } from "./explain_evidence.ts";
import { timeText } from "./status_report.ts";

/** How a step stands to the hostname being served. */
export type Mark = "ok" | "attention" | "failed" | "unknown";

/** One step on the way from the files to Envoy. */
export interface Step {
  /** What is looked at. */
  readonly name: string;
  readonly mark: Mark;
  /** What was seen, a line each. */
  readonly evidence: readonly string[];
}

/** Everything that the steps of one listener are made of. */
export interface StepInput {
  readonly listener: ListenerStatus;
  /** Wildcards that would take the hostname if this listener were not there. */
  readonly behind: readonly ListenerStatus[];
  readonly status: AgentStatus & { readonly gate: GateStatus };
  readonly evidence: Evidence;
  /** What local policy does to it; `null` where there is none. */
  readonly policy: Step | null;
}

const ORDER: readonly Mark[] = ["failed", "attention", "unknown", "ok"];

/** The mark of several things together: that of the worst of them. */
export function worst(marks: readonly Mark[]): Mark {
  return ORDER.find((mark) => marks.includes(mark)) ?? "unknown";
}

/** `namespace/name` */
export const keyOf = ({ namespace, name }: { namespace: string; name: string }) => `${namespace}/${name}`;

/** Serial numbers are numbers: zeros in front mean nothing. */
export const sameSerial = (a: string, b: string) => a.replace(/^0+/, "") === b.replace(/^0+/, "");

/** Milliseconds since the epoch in words. */
export function moment(time: number): string {
  return Number.isFinite(time) ? timeText(new Date(time).toISOString()) : "an unknown date";
}
