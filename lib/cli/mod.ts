/**
 * The command line: one file per command. Words for people and exit codes; no logic that a library user would miss.
 *
 * @module
 */
export { describeProgram, runCommandLine } from "./command_line.ts";
