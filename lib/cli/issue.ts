import { trustedTime } from "../health/mod.ts";
import { ensurePrivateDirectory, tryHoldState, wordsOf } from "../host/mod.ts";
import { findIssuer, type Issuance, type IssuanceMetrics, openIssuance } from "../issuance/mod.ts";
import { type Intent, planIntents } from "../issuers/mod.ts";
import { type Config, readResources } from "../resources/mod.ts";
import { EXIT, type ExitCode } from "./exit_code.ts";
import { findRefusals } from "./find_refusals.ts";
import { intentFindings, resourceFindings } from "./intents_findings.ts";
import { openJudge } from "./issue_judge.ts";
import { openProgress } from "./issue_progress.ts";
import { type IssueRow, renderIssued, rowsOf } from "./issue_report.ts";
import { keyOf } from "./explain_step.ts";
import { printable } from "./printable.ts";
import { readPolicyFiles } from "./read_policy_files.ts";
import { type Format, renderData } from "./render_data.ts";
import { errorLines, type Terminal } from "./terminal.ts";
import { untilSignal } from "./until_signal.ts";
import { RELEASED } from "./version.ts";

/** Options of `certgate issue`. */
export interface IssueOptions {
  readonly output: Format;
}

type IssueConfig = Pick<Config, "issuers" | "issuance" | "features" | "gate" | "stateDir" | "onExpired"> & {
  readonly envoy: Pick<Config["envoy"], "path">;
};

/**
 * `certgate issue [PATH…]`: asks the issuers of the configuration, once, for every pair that annotations want and that is
 * not there or due for renewal. Attempts, back-off and orders are those of the agent, whose state it takes for the time.
 *
 * @param signal Ends it, for tests; default are SIGINT and SIGTERM.
 * @returns 0 if every pair is there, 1 if some are not or something is wrong with an object, 2 for wrong usage, 3 if it
 * cannot be done, 4 while an agent has the state directory.
 */
export async function issue(
  paths: readonly string[],
  config: Config,
  { output }: IssueOptions,
  terminal: Terminal,
  signal: AbortSignal | null = null,
): Promise<ExitCode> {
  const refusal = await whyNot(paths, config);
  if (refusal !== null) {
    terminal.err(errorLines(refusal.message, refusal.hint));
    return EXIT.usage;
  }
  const read = await readIntents(paths.length > 0 ? paths : [config.gate.resources!], config, terminal);
  if (read === null) return EXIT.usage;
  const held = await holdState(config.stateDir);
  if ("message" in held) {
    terminal.err(errorLines(held.message, held.hint));
    return held.code;
  }
  try {
    const rows = await untilSignal(signal, (ends) => oneRound(read.intents, config, terminal, ends));
    if (typeof rows === "string") {
      terminal.err(errorLines(printable(rows)));
      return EXIT.failed;
    }
    const directory = config.issuance.output!;
    terminal.out(output === "table" ? renderIssued(rows) : renderData({ directory, pairs: rows }, output));
    return read.fine && rows.every(({ state }) => state === "Issued") ? EXIT.ok : EXIT.found;
  } finally {
    held.release();
  }
}

interface Refused {
  readonly message: string;
  readonly hint: string;
}

async function whyNot(paths: readonly string[], config: Config): Promise<Refused | null> {
  if (config.issuance.output === undefined) {
    return {
      message: 'Cannot issue certificates: "issuance.output" is not set',
      hint: "set it to the directory that issued pairs land in, see docs/issuers.md",
    };
  }
  if (paths.length === 0 && config.gate.resources === undefined) {
    return {
      message: "Cannot issue certificates: there are no Gateways to look at",
      hint: "name files or directories, or set gate.resources",
    };
  }
  const refusals = await findRefusals(config);
  return refusals.find(({ key }) => key === "stateDir" || key.startsWith("issu")) ?? null;
}

async function readIntents(
  paths: readonly string[],
  { issuance, features }: IssueConfig,
  terminal: Terminal,
): Promise<{ readonly intents: readonly Intent[]; readonly fine: boolean } | null> {
  const files = await readPolicyFiles(paths);
  for (const path of paths) {
    const file = files.get(path.replace(/(?<=.)\/+$/, ""));
    if (file === undefined || !("problem" in file)) continue;
    terminal.err(errorLines(`Cannot read ${JSON.stringify(path)}: ${printable(file.problem)}`));
    return null;
  }
  const resources = readResources(files, new Map());
  const { compat, inherit, deriveHostnames } = issuance;
  const { listenerSets } = features;
  const plan = planIntents(resources.objects, { compat, inherit, deriveHostnames, listenerSets });
  terminal.err(resourceFindings(resources));
  terminal.err(intentFindings(plan, false).replace("--listener-sets has", "features.listenerSets: true has"));
  const isLeftOut = [...files.keys()].some((path) => !resources.good.has(path));
  const given = new Set(
    resources.objects.filter(({ group, kind }) => group === "" && kind === "Secret").map(keyOf),
  );
  const intents = plan.intents.filter((intent) => !given.has(keyOf(intent)));
  for (const intent of plan.intents) {
    if (intents.includes(intent)) continue;
    terminal.err(
      `note: nothing is issued for ${
        printable(keyOf(intent))
      }: a Secret of this name is among the resources\n`,
    );
  }
  return { intents, fine: !isLeftOut && !plan.findings.some(({ severity }) => severity === "bad") };
}

async function holdState(
  stateDir: string,
): Promise<{ release(): void } | (Refused & { readonly code: ExitCode })> {
  const problem = await ensurePrivateDirectory(stateDir);
  if (problem) {
    return { message: problem, hint: "run this as the user of certgate, or set stateDir", code: EXIT.failed };
  }
  // What root writes there the agent could not read.
  const { uid } = await Deno.stat(stateDir);
  if (uid !== null && Deno.uid() !== uid) {
    return {
      message: `Cannot use "${stateDir}": it belongs to another user`,
      hint: "run this as the user of certgate: runuser -u certgate -- certgate issue",
      code: EXIT.failed,
    };
  }
  const release = await tryHoldState(stateDir).catch((error) => wordsOf(error));
  if (typeof release === "string") {
    const message = `Cannot use "${stateDir}": ${printable(release)}`;
    return { message, hint: "", code: EXIT.failed };
  }
  if (release === null) {
    return {
      message: `Cannot use "${stateDir}": another certgate has it`,
      hint: "the agent issues by itself; certgate status shows how far it is",
      code: EXIT.busy,
    };
  }
  return { release };
}

/** @returns A row for each intent, or why nothing could be done. */
async function oneRound(
  intents: readonly Intent[],
  config: IssueConfig,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<IssueRow[] | string> {
  const begun = performance.now();
  const time = () =>
    trustedTime(Date.now(), {
      released: RELEASED,
      lastSeen: null,
      runningFor: performance.now() - begun,
    });
  const { doubt } = time();
  if (doubt !== "") return `${doubt}: nothing is asked for until it is right`;
  const progress = openProgress(terminal);
  let issuance: Issuance;
  try {
    issuance = await openIssuance({
      config,
      stateDir: config.stateDir,
      log: progress.log,
      metrics: NO_METRICS,
      time,
      judge: await openJudge(config),
      challenges: { present: () => Promise.resolve(HTTP_01), withdraw: () => {} },
      onChange: () => progress.look(),
    });
  } catch (error) {
    return `Cannot issue certificates: ${wordsOf(error)}`;
  }
  // An order that nobody answers would use up what the issuer allows.
  const left = intents.filter((intent) => needsAgent(intent, config));
  const asked = intents.filter((intent) => !left.includes(intent));
  progress.begin(issuance, asked.length);
  const stop = () => void issuance.stop();
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  issuance.use(asked);
  await issuance.settled();
  progress.stop();
  signal.removeEventListener("abort", stop);
  const { pairs } = issuance.status();
  await issuance.stop();
  if (signal.aborted) terminal.err("note: it was stopped; what was cut off is gone on with next time\n");
  const reasons = new Map(left.map((intent) => [keyOf(intent), HTTP_01]));
  return rowsOf(intents, { pairs, reasons, now: time().now });
}

const HTTP_01 =
  "Left alone: its issuer proves control over HTTP (HTTP-01), which only the agent can answer; run certgate run, or " +
  "give the issuer dns01 (names only, no addresses)";

function needsAgent(intent: Intent, { issuers }: IssueConfig): boolean {
  const found = findIssuer(issuers.map((config) => ({ config })), intent);
  const acme = found?.config.acme;
  // There is no record that proves control over an address.
  return acme !== undefined && (acme.dns01 === undefined || intent.ipAddresses.length > 0);
}

const NO_METRICS: IssuanceMetrics = { add() {}, set() {}, replace() {}, observe() {} };
