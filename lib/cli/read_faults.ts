import { Faults } from "../server/mod.ts";

/** Without it nobody injects faults, whatever the command line says. */
const VARIABLE = "CERTGATE_TEST_FAULTS";

/**
 * Reads the faults that `certgate run` is to inject.
 *
 * @param texts As {@linkcode Faults.parse} takes them.
 * @param variable Gives the value of a variable of the environment.
 * @returns the faults, or why there are none.
 */
export function readFaults(
  texts: readonly string[],
  variable: (name: string) => string | undefined,
): Faults | { readonly problem: string; readonly hint: string } {
  if (texts.length > 0 && variable(VARIABLE) !== "1") {
    return {
      problem: "Cannot inject faults: this is for tests of certgate alone",
      hint: `leave out --fault, or set ${VARIABLE}=1 where nothing depends on the answers`,
    };
  }
  const faults = Faults.parse(texts);
  if (faults instanceof Faults) return faults;
  return {
    problem: `Cannot read the fault: ${faults.problem}`,
    hint:
      "e.g. mutation=wafRoute:throw, mutation=localReply:hang@2, hook=PostTranslateModify:throw, verdict=pair:garbage@1",
  };
}
