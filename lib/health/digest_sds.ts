import {
  CAUSES,
  type DeliveryWay,
  type GateStatus,
  type PairStatus,
  type SdsNameStatus,
  type SdsStatus,
} from "../model/mod.ts";
import { dateText } from "./_date_text.ts";
import type { ListenerWord } from "./digest_status.ts";
import { HINTS } from "./hints.ts";

/** One pair, as a person is told about it where Envoy asks certgate itself for it. */
export interface PairRow {
  /** `namespace/name`, which is what Envoy asks for. */
  readonly secret: string;
  /** Names that what is served is for; where nothing is, what arrived last. */
  readonly names: readonly string[];
  /** How it reaches Envoy. */
  readonly way: DeliveryWay;
  /** As for a listener; `published` means that nobody asks for it. */
  readonly word: ListenerWord;
  /** Whether who asks for it is given something that can be served. */
  readonly usable: boolean;
  /** How many ask for it. */
  readonly asked: number;
  /** How many of them have what is served now. */
  readonly taken: number;
  /** What is the matter, in plain words; empty while all is well. */
  readonly message: string;
  /** What was seen, for an engineer; empty if there is nothing to add. */
  readonly detail: string;
  /** What to do; empty if there is nothing to say. */
  readonly hint: string;
  /** Advice about what is served. */
  readonly warnings: readonly string[];
  /** RFC 3339; when what is served ends. */
  readonly notAfter: string | null;
}

/**
 * Whether Envoys ask certgate for pairs and there is no Gateway that anything could be told of: what is served then is a
 * matter of pairs, not of listeners.
 */
export function isPlainEnvoy({ gateways, listeners, pairs }: GateStatus, sds?: SdsStatus | null): boolean {
  if (gateways.length + listeners.length > 0) return false;
  return sds !== null && sds !== undefined || pairs.some(({ delivery }) => delivery === "sds");
}

/** The pairs that Envoy asks certgate for, in the order of the status. */
export function digestPairs({ pairs }: GateStatus, sds?: SdsStatus | null): PairRow[] {
  const names = new Map(sds?.names.map((one) => [one.name, one]));
  return pairs.filter(({ delivery }) => delivery === "sds").map((pair) => {
    const known = names.get(keyOf(pair));
    const refusal = refusalIn(pair, known);
    const word = wordOf(pair, known);
    return {
      secret: keyOf(pair),
      names: namesOf(pair),
      way: "sds",
      word,
      usable: word !== "withheld" && word !== "waiting",
      asked: known?.subscribers ?? 0,
      taken: known?.accepted ?? 0,
      message: refusal ?? messageOf(pair, known, word),
      detail: pair.verdict.action === "withhold" && refusal === null ? pair.verdict.detail : "",
      hint: pair.verdict.action === "withhold" ? pair.hint || HINTS[pair.verdict.cause] : "",
      warnings: pair.warnings.map(({ message }) => message),
      notAfter: pair.served?.notAfter ?? null,
    };
  });
}

/**
 * Why an Envoy does not have the pair that arrived last; `null` where none has refused it.
 *
 * @returns One sentence.
 */
export function refusalOf(pair: PairStatus, sds?: SdsStatus | null): string | null {
  return refusalIn(pair, sds?.names.find(({ name }) => name === keyOf(pair)));
}

function refusalIn(pair: PairStatus, known: SdsNameStatus | undefined): string | null {
  const refused = known?.refused ?? null;
  // What was refused before a pair that is well is of the past.
  if (refused === null || pair.verdict.cause !== "proxy_refuses") return null;
  const rest = pair.serving !== "held" || pair.served === null
    ? "there is no earlier one"
    : `the earlier one is served until ${dateText(Date.parse(pair.served.notAfter))}`;
  return `Envoy refused the new certificate: ${refused.message}; ${rest}.`;
}

const keyOf = ({ namespace, name }: PairStatus) => `${namespace}/${name}`;

function namesOf({ served, current }: PairStatus): readonly string[] {
  return served?.names ?? current?.names ?? [];
}

function wordOf({ serving }: PairStatus, known: SdsNameStatus | undefined): ListenerWord {
  if (serving === null) return "withheld";
  if (known === undefined || known.subscribers === 0) return serving === "held" ? "held" : "published";
  if (known.accepted < known.subscribers) return "waiting";
  return serving === "held" ? "held" : "serving";
}

function messageOf(pair: PairStatus, known: SdsNameStatus | undefined, word: ListenerWord): string {
  const { serving, served, verdict } = pair;
  const { why } = CAUSES[verdict.cause];
  if (serving === null) return `Envoy is given nothing under this name: ${why}.`;
  if (word === "waiting") {
    const late = known!.subscribers - known!.accepted;
    return `${late} of ${known!.subscribers} that ask for it ${
      late === 1 ? "has" : "have"
    } not taken its newest certificate yet.`;
  }
  if (serving === "current") return "";
  const until = served === null ? "" : ` until ${dateText(Date.parse(served.notAfter))}`;
  return `The certificate that arrived last cannot be used (${why}), so the earlier one goes on being served${until}.`;
}
