import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { OUTPUT } from "./generate_schemas.ts";
import type { Manifest } from "./_manifests.ts";

const { kinds, definitions } = JSON.parse(readFileSync(OUTPUT, "utf8"));
// A pattern of a CRD is for RE2, and none has need of Unicode; a schema says some things twice, which is no fault here.
const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false });
ajv.addSchema({ $id: "kinds", definitions });

const validators = new Map<string, ValidateFunction>();

/**
 * Holds an object against the schema that its project publishes. A field that the schema does not name is a mistake.
 *
 * @returns What is wrong, each with its place; empty if nothing is.
 */
export function mistakesOf(object: Manifest): string[] {
  const name = `${object.apiVersion}/${object.kind}`;
  if (!(name in kinds)) return [`no schema of ${name}`];
  let validate = validators.get(name);
  if (validate === undefined) {
    validators.set(name, validate = ajv.compile({ $ref: `kinds#/definitions/${kinds[name]}` }));
  }
  if (validate(object)) return [];
  return validate.errors!.map(({ instancePath, message, params }) =>
    `${name} ${object.metadata?.name}${instancePath}: ${message} ${JSON.stringify(params)}`
  );
}
