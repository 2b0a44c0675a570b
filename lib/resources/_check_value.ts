import type { Json, JsonObject } from "../model/mod.ts";
import { checkLists } from "./_check_lists.ts";
import { checkMetadata, checkPlainMetadata } from "./_check_metadata.ts";
import { checkRules } from "./_check_rules.ts";
import { checkSchema } from "./_check_schema.ts";
import { checkTypes } from "./_check_types.ts";
import { fillDefaults } from "./_fill_defaults.ts";
import type { Kind } from "./_kinds.ts";
import type { Problem } from "./_problem.ts";
import { schemaOf } from "./_schemas.ts";

/** Everything that is wrong with an object of a known kind, in an order that names causes before consequences. */
export function checkValue(value: JsonObject, kind: Kind): Problem[] {
  const schema = schemaOf(kind.schema)!;
  if (kind.use === "converted") {
    return [...checkPlainMetadata(value.metadata), ...checkTypes(value, schema, [])];
  }
  const problems = checkMetadata(value.metadata, kind.namespaced);
  const filled = fillDefaults(value, schema, problems) as Json;
  problems.push(...checkSchema(filled, schema));
  // Rules and keys of lists speak about values that fit their schema.
  if (problems.length > 0) return problems;
  return [...checkLists(filled, schema), ...checkRules(filled, schema)];
}
