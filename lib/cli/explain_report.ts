import pc from "picocolors";
import type { Mark, Step } from "./explain_step.ts";
import { printable } from "./printable.ts";

/** What became of one listener that takes the hostname. */
export interface Chain {
  /** `namespace/name`; empty where there is none. */
  readonly gateway: string;
  /** Name of the listener; without a Gateway that of the pair, as Envoy asks for it. */
  readonly listener: string;
  /** As the listener has it; may be a wildcard. */
  readonly hostname: string;
  readonly port: number;
  readonly served: boolean;
  /** What is so and what to do next. */
  readonly sentence: string;
  readonly steps: readonly Step[];
}

/** A hostname from the files on disk to Envoy. */
export interface Explanation {
  readonly hostname: string;
  /** Whether every listener that takes it serves it. */
  readonly served: boolean;
  readonly chains: readonly Chain[];
}

/** The explanation for people. */
export function renderExplanation({ chains }: Explanation): string {
  return chains.map(renderChain).join("\n");
}

const PAINTS: Readonly<Record<Mark, (text: string) => string>> = {
  ok: pc.green,
  attention: pc.yellow,
  failed: pc.red,
  unknown: pc.dim,
};

const [MARK_WIDTH, NAME_WIDTH] = ["attention".length, "published".length];

function renderChain(chain: Chain): string {
  const where = chain.port > 0 && chain.gateway === ""
    ? `, pair ${chain.listener}, port ${chain.port}`
    : chain.port > 0
    ? `, listener "${chain.listener}" of ${chain.gateway}, port ${chain.port}`
    : "";
  const steps = chain.steps.map(({ name, mark, evidence }, index) => {
    const [first = "", ...rest] = evidence.map(printable);
    const head = `${String(index + 1).padStart(2)}  ${PAINTS[mark](mark.padEnd(MARK_WIDTH))}  ` +
      `${name.padEnd(NAME_WIDTH)}  `;
    const indent = " ".repeat(2 + 2 + MARK_WIDTH + 2 + NAME_WIDTH + 2);
    return `${head}${first}\n${rest.map((line) => `${indent}${line}\n`).join("")}`;
  });
  const paint = chain.served ? pc.green : pc.red;
  return `${printable(`${chain.hostname}${where}`)}\n${steps.join("")}${paint(printable(chain.sentence))}\n`;
}
