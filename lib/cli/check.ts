import { SingleBar } from "cli-progress";
import { glob, isDynamicPattern } from "tinyglobby";
import { adviseWarnings, applyAnswer, judge } from "../health/mod.ts";
import { EnvoyOracle, findEnvoy } from "../host/mod.ts";
import type { Facts, JudgeOptions } from "../model/mod.ts";
import { readFacts } from "../pki/mod.ts";
import { configSchema } from "../resources/mod.ts";
import { type FoundPair, LARGEST_FILE, readPairAt } from "../sources/mod.ts";
import { checkPolicy, isPolicyFine } from "./check_policy.ts";
import { policyData, renderPolicy } from "./check_policy_report.ts";
import { type CheckedPair, pairsData, renderSummary, renderTable } from "./check_report.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { type Format, renderData } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { warnOfFilter } from "./warn_of_filter.ts";

/** Options of `certgate check`. */
export interface CheckOptions {
  readonly output: Format;
  /** Judge as if it were this moment, milliseconds since the epoch. */
  readonly at: number;
  /** `auto`, `none` or the path of an Envoy binary. */
  readonly envoy: string;
  /** Names that every pair is expected to cover; empty to ask for none. */
  readonly hostnames: readonly string[];
  readonly judging: JudgeOptions;
  /** Directories or files with policy objects. Default none. */
  readonly policy?: readonly string[];
}

// Reading is waiting for the disk, so many at once; more would only hold more files open.
const READ_TOGETHER = 32;
const CONFIRM_WITHIN = 10 * 60_000;

/**
 * `certgate check PATH… --policy DIR…`: verdicts without a daemon.
 *
 * @returns 0 if every pair is usable and every policy object used as it is written, 1 if some are not, 2 if a pattern
 * matches nothing or there is nothing to check.
 */
export async function check(
  paths: readonly string[],
  options: CheckOptions,
  terminal: Terminal,
): Promise<ExitCode> {
  if (paths.length === 0 && options.policy === undefined) {
    terminal.err(errorLines("Cannot check anything: no path is given", "name pairs, or --policy DIRECTORY"));
    return EXIT.usage;
  }
  const places: string[] = [];
  for (const path of paths) {
    const matches = await expand(path);
    if (matches.length === 0) {
      terminal.err(
        errorLines(`Cannot check ${JSON.stringify(path)}: the pattern matches nothing`, PATTERN_HINT),
      );
      return EXIT.usage;
    }
    places.push(...matches);
  }
  const { path: envoy, error } = await findEnvoy(options.envoy);
  if (error) {
    terminal.err(errorLines(error, "--envoy none judges by certgate's own rules alone"));
    return EXIT.usage;
  }
  const unique = [...new Set(places)];
  const progress = new Progress(terminal, unique.length);
  const judged = await judgeByRules(unique, () => progress.step());
  progress.stop();
  if (envoy !== null) await confirmWithEnvoy(judged, envoy, terminal);
  const pairs = judged.map((row) => checked(row, options));
  const policyFine = await report(pairs, { ...options, envoy }, terminal);
  return policyFine && pairs.every((pair) => pair.verdict.action !== "withhold") ? EXIT.ok : EXIT.found;
}

/** Prints everything; says whether policy objects are used as they are written. */
async function report(
  pairs: readonly CheckedPair[],
  options: Pick<CheckOptions, "policy" | "output"> & { readonly envoy: string | null },
  terminal: Terminal,
): Promise<boolean> {
  const { baseDirectives } = configSchema.parse({}).policy.waf;
  const policy = options.policy === undefined ? null : await checkPolicy(options.policy, baseDirectives);
  if (options.output !== "table") {
    const data = { ...pairsData(pairs), ...policy === null ? {} : { policy: policyData(policy) } };
    terminal.out(renderData(data, options.output));
  } else {
    const parts = [
      pairs.length > 0 ? `${renderTable(pairs)}\n${renderSummary(pairs)}` : "",
      policy === null ? "" : renderPolicy(policy),
    ];
    terminal.out(parts.filter((part) => part !== "").join("\n"));
  }
  const needsFilter = policy !== null && policy.objects.some((object) => object.policy !== null);
  if (needsFilter && options.envoy !== null) await warnOfFilter(options.envoy, terminal);
  return policy === null || isPolicyFine(policy);
}

const PATTERN_HINT = "put the pattern in quotes, so that certgate and not the shell expands it";

async function expand(path: string): Promise<string[]> {
  // A path that exists is taken as it stands, even with brackets in its name.
  if (!isDynamicPattern(path) || await exists(path)) return [path];
  const absolute = path.startsWith("/");
  const options = { onlyFiles: false, absolute, expandDirectories: false, followSymbolicLinks: true };
  const matches = (await glob(path, options)).map((match) => match.replace(/\/$/, "")).sort();
  const meant = await Promise.all(matches.map(mayBePair));
  return matches.filter((_, at) => meant[at]);
}

const NAMED_LIKE_A_PAIR = /\.(crt|cer|cert|pem|key)$/;

// A pattern also catches what is no pair and does not look like one, e.g. the README that certbot puts into live/.
async function mayBePair(path: string): Promise<boolean> {
  if (NAMED_LIKE_A_PAIR.test(path)) return true;
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile || size > LARGEST_FILE) return true;
    return (await Deno.readTextFile(path)).includes("-----BEGIN ");
  } catch {
    return true; // What cannot be looked at is judged, so that the report says why.
  }
}

function exists(path: string): Promise<boolean> {
  return Deno.lstat(path).then(() => true, () => false);
}

interface Judged {
  readonly found: FoundPair;
  facts: Facts;
}

async function judgeByRules(places: readonly string[], step: () => void): Promise<Judged[]> {
  const judged: Judged[] = new Array(places.length);
  let next = 0;
  const worker = async () => {
    while (next < places.length) {
      const index = next++;
      const found = await readPairAt(places[index]);
      judged[index] = { found, facts: withFileProblem(found, readFacts(found.pair)) };
      step();
    }
  };
  await Promise.all(Array.from({ length: READ_TOGETHER }, worker));
  return judged;
}

async function confirmWithEnvoy(judged: readonly Judged[], envoy: string, terminal: Terminal): Promise<void> {
  const asked = judged.filter(({ found }) =>
    found.problem === null && found.pair.certificate && found.pair.key
  );
  const oracle = new EnvoyOracle({ envoyPath: envoy });
  const answers = await oracle.confirm(asked.map(({ found }) => found.pair), {
    expected: asked.map(({ facts }) => facts.problem === null),
    deadline: Date.now() + CONFIRM_WITHIN,
  });
  let silent = 0;
  asked.forEach((row, index) => {
    const answer = answers[index];
    if (answer) row.facts = { ...row.facts, ...applyAnswer(row.facts, answer).summary };
    else silent++;
  });
  if (silent === 0) return;
  const why = oracle.lastError ? `: ${oracle.lastError}` : "";
  terminal.err(
    `note: ${envoy} did not judge ${silent} of ${asked.length} pairs${why}; the rules stand alone for these\n`,
  );
}

function withFileProblem(found: FoundPair, facts: Facts): Facts {
  return found.problem ? { ...facts, problem: found.problem } : facts;
}

function checked({ found, facts }: Judged, options: CheckOptions): CheckedPair {
  const verdict = judge(facts, options.at, options.judging);
  return {
    path: found.path,
    name: found.name,
    facts,
    verdict,
    warnings: verdict.action === "serve" ? adviseWarnings(facts, options.hostnames, options.at) : [],
    hint: found.hint,
  };
}

class Progress {
  #bar: SingleBar | null = null;

  constructor(terminal: Terminal, total: number) {
    if (!terminal.watched || total < 50) return;
    this.#bar = new SingleBar({ format: "judging {bar} {value}/{total}", hideCursor: true });
    this.#bar.start(total, 0);
  }

  step(): void {
    this.#bar?.increment();
  }

  stop(): void {
    this.#bar?.stop();
  }
}
