/** A unit file as systemd reads it (systemd.syntax(7)): `Section.Key` → the values given, in order. */
export type Unit = ReadonlyMap<string, readonly string[]>;

/**
 * Reads a unit and the drop-ins beside it. An empty value takes back what stood before it.
 *
 * @param texts The unit first.
 * @throws Error on a line that is none of a unit file.
 */
export function readUnit(...texts: readonly string[]): Unit {
  const unit = new Map<string, string[]>();
  for (const text of texts) {
    let section = "";
    for (const line of text.split("\n").map((each) => each.trim())) {
      if (line === "" || /^[#;]/.test(line)) continue;
      const head = /^\[(\w+)\]$/.exec(line);
      if (head) {
        section = head[1];
        continue;
      }
      const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (key === undefined || section === "") throw new Error(`Cannot read the line of a unit: ${line}`);
      const name = `${section}.${key}`;
      if (value === "") unit.set(name, []);
      else unit.set(name, [...unit.get(name) ?? [], value]);
    }
  }
  return unit;
}

/** The value of a key of `[Service]` that has one. */
export function valueOf(unit: Unit, key: string): string | undefined {
  return unit.get(`Service.${key}`)?.at(-1);
}

/** The words of a key of `[Service]` that is a list. */
export function wordsOf(unit: Unit, key: string): string[] {
  return (unit.get(`Service.${key}`) ?? []).flatMap((value) => value.split(/\s+/)).filter(Boolean);
}

/** Whether a switch of `[Service]` is on. */
export function isOn(unit: Unit, key: string): boolean {
  return /^(yes|true|on|1)$/i.test(valueOf(unit, key) ?? "");
}
