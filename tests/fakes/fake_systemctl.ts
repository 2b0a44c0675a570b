import { join } from "node:path";

/**
 * A program that answers as `systemctl show`, `try-restart` and `reload` do, for units that stand in a directory. Each unit is a
 * folder with a file for each fact, so that tests can look at it and change it at any moment.
 */
const SCRIPT = `#!/bin/sh
set -u
verb= unit=
for word; do
  case $word in -*) ;; *) if [ -z "$verb" ]; then verb=$word; else unit=$word; fi ;; esac
done
if [ -e "\${0%/*}/hang-$verb" ]; then exec sleep 60; fi
at=\${0%/*}/units/$unit
case $verb in
  show)
    if [ ! -d "$at" ]; then printf 'LoadState=not-found\\nActiveState=inactive\\nInvocationID=\\n'; exit 0; fi
    read -r active < "$at/active"; read -r run < "$at/run"; read -r changes < "$at/changes"
    printf 'LoadState=loaded\\nActiveState=%s\\nInvocationID=run%s\\nStateChangeTimestampMonotonic=%s\\n' "$active" "$run" "$changes"
    # A unit that starts is there at the next look.
    if [ "$active" = activating ]; then echo active > "$at/active"; fi ;;
  try-restart|reload)
    echo "$verb" >> "$at/log"
    if [ -e "$at/refuse" ]; then read -r why < "$at/refuse"; echo "$why" >&2; exit 4; fi
    read -r run < "$at/run"; read -r changes < "$at/changes"
    if [ "$verb" = try-restart ]; then echo $((run + 1)) > "$at/run"; fi
    echo $((changes + 1)) > "$at/changes"
    if [ -e "$at/then" ]; then cat "$at/then" > "$at/active"; fi ;;
  *) exit 2 ;;
esac
`;

/** A `systemctl` of its own, with the units that a test gives it. */
export class FakeSystemctl {
  /** Path of the program. */
  readonly path: string;

  private constructor(private readonly directory: string) {
    this.path = join(directory, "systemctl");
  }

  static async make(directory: string): Promise<FakeSystemctl> {
    const fake = new FakeSystemctl(directory);
    await Deno.mkdir(join(directory, "units"), { recursive: true });
    await Deno.writeTextFile(fake.path, SCRIPT, { mode: 0o755 });
    return fake;
  }

  /** Puts a unit there that runs. */
  async add(unit: string, facts: Readonly<Record<string, string>> = {}): Promise<void> {
    await Deno.mkdir(join(this.directory, "units", unit), { recursive: true });
    for (const [name, value] of Object.entries({ active: "active", run: "1", changes: "1", ...facts })) {
      await this.set(unit, name, value);
    }
  }

  /** `refuse` makes it fail with these words, `then` is its state after a restart. */
  async set(unit: string, name: string, value: string): Promise<void> {
    await Deno.writeTextFile(join(this.directory, "units", unit, name), `${value}\n`);
  }

  async unset(unit: string, name: string): Promise<void> {
    await Deno.remove(join(this.directory, "units", unit, name));
  }

  /** What it was asked to do to a unit, in order. */
  async asked(unit: string): Promise<string[]> {
    try {
      return (await Deno.readTextFile(join(this.directory, "units", unit, "log"))).trimEnd().split("\n");
    } catch {
      return [];
    }
  }

  /** From now on a verb never ends. */
  async hang(verb: string): Promise<void> {
    await Deno.writeTextFile(join(this.directory, `hang-${verb}`), "");
  }
}
