/**
 * Makes the certgate that the tests of this folder run, as a release has it: `make_program.ts FOLDER`. Writes its path.
 *
 * @module
 */
import { makeProgram } from "./harness/program.ts";

console.log((await makeProgram(Deno.args[0])).path);
