import pc from "picocolors";
import { showPlace } from "./show_place.ts";
import type { CheckedObject, CheckedPolicy } from "./check_policy.ts";
import { plainTable } from "./plain_table.ts";
import { printable } from "./printable.ts";

/** Policy objects for other programs: places are `file:line:column`. */
export function policyData({ files, objects, findings }: CheckedPolicy): object {
  return {
    files,
    objects: objects.map(({ place, ...object }) => ({ ...object, place: showPlace(place) })),
    findings: findings.map(({ place, ...finding }) => ({ ...finding, place: showPlace(place) })),
  };
}

/** Policy objects as a table with, below it, what is wrong and what to do. */
export function renderPolicy(checked: CheckedPolicy): string {
  const { objects, findings } = checked;
  const rows = objects.map((object) => [
    object.verdict === "refuse" ? pc.red("refuse") : isQuiet(object) ? pc.yellow("use") : pc.green("use"),
    object.kind,
    printable(nameOf(object)),
    doesWhat(object),
    printable(showPlace(object.place)),
  ]);
  const table = rows.length === 0 ? "" : plainTable(["VERDICT", "KIND", "OBJECT", "DOES", "PLACE"], rows);
  const remarks = objects.filter(({ verdict, message }) => verdict === "use" && message !== "")
    .map((object) =>
      `\n${printable(`${showPlace(object.place)}: ${object.kind} ${nameOf(object)}`)}\n` +
      `  ${printable(object.message)}\n`
    );
  const complaints = findings.map(({ place, message, hint }) =>
    `\n${printable(showPlace(place))}\n  ${pc.red(printable(message))}\n` +
    (hint ? `  ${pc.cyan("hint")}: ${printable(hint)}\n` : "")
  );
  const body = `${table}${remarks.join("")}${complaints.join("")}`;
  return `${body}${body === "" ? "" : "\n"}${summary(checked)}`;
}

function summary({ files, objects, findings }: CheckedPolicy): string {
  const refused = objects.filter(({ verdict }) => verdict === "refuse").length;
  return `${count(files, "policy file")}: ${
    count(objects.length - refused, "object")
  } used, ${refused} refused, ` +
    `${count(findings.length, "finding")}\n`;
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

const nameOf = ({ namespace, name }: CheckedObject) => namespace === "" ? name : `${namespace}/${name}`;

function isQuiet({ policy }: CheckedObject): boolean {
  return policy !== null && (policy.accepted.status !== "True" || policy.directives === 0);
}

function doesWhat({ policy }: CheckedObject): string {
  return policy === null ? "-" : `${policy.mode}, ${count(policy.directives, "directive")}`;
}
