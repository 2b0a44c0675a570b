import { BuildError } from "./run_tool.ts";

/** A kind of machine that a release is made for. */
export interface Target {
  /** As the compiler calls it. */
  readonly triple: string;
  /** As Debian, and the names of the files, call it. */
  readonly arch: "amd64" | "arm64";
}

/** Every kind of machine that a release is made for. */
export const TARGETS: readonly Target[] = [
  { triple: "x86_64-unknown-linux-gnu", arch: "amd64" },
  { triple: "aarch64-unknown-linux-gnu", arch: "arm64" },
];

/**
 * Reads what somebody asks for.
 *
 * @param name A triple, `all`, or nothing for the machine that this runs on.
 * @throws {BuildError} for anything else.
 */
export function readTargets(name: string | undefined): readonly Target[] {
  if (name === "all") return TARGETS;
  const wanted = name ?? Deno.build.target;
  const target = TARGETS.find(({ triple }) => triple === wanted);
  if (target !== undefined) return [target];
  throw new BuildError(
    `Cannot build for "${wanted}": there is no such target`,
    `one of ${[...TARGETS.map(({ triple }) => triple), "all"].join(", ")}`,
  );
}
