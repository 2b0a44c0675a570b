/** Test files that run in one process, and what that process may take. */
export interface Group {
  readonly name: string;
  /** Does a test file (path relative to the checkout) belong here? The first group that says yes has it. */
  readonly holds: (path: string) => boolean;
  /** Seconds after which the process and everything it started are ended. */
  readonly limit: number;
  /**
   * How many workers run side by side, each with a share of its files: more than there are cores where
   * the tests also wait. Where there is no number, every file has a worker of its own, one after the other.
   */
  readonly workers?: number;
  /** Whether it mostly waits, for programs that it has started: it runs beside the groups that compute, and before them. */
  readonly waits?: true;
  /**
   * Whether it runs beside others of which there is one on a machine, in a network of its own where the machine lets us make
   * one.
   */
  readonly apart?: true;
  /**
   * Script that makes the program which its tests run; it is given a folder and writes the program's path, which the tests
   * find in `CERTGATE_PROGRAM`.
   */
  readonly program?: string;
}

/** Tests of `lib/agent*`, most of which start one. */
const isOfAgent = (path: string) => /^lib\/agent(_\w+)?_test\.ts$/.test(path);

/** Half of the tests with a real Envoy Gateway, by the time that they take. */
const isFurtherE2e = (path: string) =>
  /^tests\/e2e\/(cold_start|control|crash|issuance|policy_\w+|sds_\w+|two_gateways)_test\.ts$/.test(path);

const below = (...folders: string[]) => (path: string) =>
  folders.some((folder) => path.startsWith(`${folder}/`));

/**
 * In the order in which they run, in a lane each: those that wait, those with a process that is seldom busy on two cores,
 * and those with workers. What is telling comes first, then what takes long, so that lanes end with small groups, which
 * others take over. Limits are several times what each takes beside the others on two cores.
 */
export const GROUPS: readonly Group[] = [
  { name: "house", holds: below("tests/house", "tests/runner", "tests/setup"), limit: 300 },
  {
    name: "unit",
    holds: (path) => (!path.startsWith("tests/") || below("tests/lint")(path)) && !isOfAgent(path),
    limit: 360,
    workers: 4,
  },
  // Whole agents in the process of the test: half of it is waiting, and too much of it for the quick loop.
  { name: "agent", holds: isOfAgent, limit: 300, workers: 4 },
  { name: "rotation", holds: below("tests/rotation"), limit: 420, workers: 2 },
  { name: "issuance", holds: below("tests/issuance"), limit: 300, workers: 2 },
  { name: "release", holds: below("tests/release"), limit: 400 },
  { name: "vectors", holds: below("tests/vectors"), limit: 300, workers: 2 },
  { name: "sds", holds: below("tests/sds"), limit: 300, workers: 2 },
  { name: "sources", holds: below("tests/sources"), limit: 240, workers: 2 },
  { name: "cli", holds: below("tests/cli"), limit: 360, workers: 2 },
  { name: "install", holds: below("tests/install"), limit: 300, workers: 2 },
  { name: "systemd", holds: below("tests/systemd"), limit: 240 },
  { name: "properties", holds: below("tests/properties", "tests/golden"), limit: 360, workers: 2 },
  { name: "monitoring", holds: below("tests/monitoring"), limit: 240, workers: 2 },
  { name: "trust", holds: below("tests/trust"), limit: 240, workers: 2 },
  { name: "docs", holds: below("tests/docs"), limit: 240, workers: 2 },
  { name: "deploy", holds: below("tests/deploy"), limit: 180, workers: 2 },
  { name: "acme", holds: below("tests/acme"), limit: 180, workers: 2 },
  // One Envoy Gateway fits into a network, since its port is fixed: without one of their own they wait for each other.
  {
    name: "e2e-further",
    holds: isFurtherE2e,
    limit: 900,
    waits: true,
    apart: true,
    program: "tests/e2e/make_program.ts",
  },
  { name: "e2e", holds: below("tests/e2e"), limit: 900, waits: true, program: "tests/e2e/make_program.ts" },
  { name: "resources", holds: below("tests/resources"), limit: 240, waits: true },
  { name: "demo", holds: below("tests/demo"), limit: 120, waits: true },
  // Whatever has no group of its own still runs: a forgotten folder must not go untested.
  { name: "other", holds: () => true, limit: 180 },
];

export const isTestFile = (path: string): boolean => path.endsWith("_test.ts");

/** Shares the test files out; every file is in exactly one group, and order is kept. */
export function shareOut(files: readonly string[]): Map<Group, string[]> {
  const shares = new Map<Group, string[]>(GROUPS.map((group) => [group, []]));
  for (const file of files.filter(isTestFile)) {
    const group = GROUPS.find((group) => group.holds(file))!;
    shares.get(group)!.push(file);
  }
  return shares;
}
