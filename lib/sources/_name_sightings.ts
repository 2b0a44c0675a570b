import type { ObjectKey } from "../model/mod.ts";
import type { PairState } from "./_pair_state.ts";
import type { Moment } from "./_rest.ts";
import type { SourceLook } from "./_source_look.ts";
import type { SourceError } from "./source_error.ts";
import { makeNamespace, makeSecretName } from "./secret_name.ts";
import type { Sighting } from "./sighting.ts";

/** Pairs under the names of their Secrets, and what is wrong with the names. */
export interface NamedSightings {
  readonly sightings: ReadonlyMap<ObjectKey, Sighting>;
  readonly errors: ReadonlyMap<SourceLook, readonly SourceError[]>;
}

/**
 * Puts every believed pair under the name of its Secret.
 *
 * Of two with one name that of the earlier source, then of the earlier path, has it, whatever is in them; only one that
 * is no longer seen and waits to be believed gone makes room for the other.
 */
export function nameSightings(looks: readonly SourceLook[], moment: Moment): NamedSightings {
  const sightings = new Map<ObjectKey, Sighting>();
  const errors = new Map<SourceLook, SourceError[]>(looks.map((look) => [look, []]));
  for (const there of [true, false]) {
    for (const look of looks) {
      for (const state of inOrder(look, there)) {
        const sighting = sightingOf(look, state, moment);
        if (sighting === null) continue;
        if ("reason" in sighting) {
          errors.get(look)!.push(sighting);
          continue;
        }
        const key: ObjectKey = `${sighting.namespace}/${sighting.name}`;
        const owner = sightings.get(key);
        if (owner === undefined) sightings.set(key, sighting);
        else if (there && owner.path !== sighting.path) errors.get(look)!.push(duplicate(sighting, owner));
      }
    }
  }
  return { sightings, errors };
}

function inOrder(look: SourceLook, there: boolean): PairState[] {
  return [...look.states.values()].filter((state) => look.present.has(state) === there)
    .sort((a, b) => a.place.path < b.place.path ? -1 : 1);
}

function sightingOf(
  look: SourceLook,
  state: PairState,
  { now, wall }: Moment,
): Sighting | SourceError | null {
  const { believed, waiting } = state.belief;
  if (believed === null) return null;
  const { settings } = look;
  const { path, parts } = state.place;
  const namespace = makeNamespace(settings.namespace, parts);
  const name = makeSecretName(settings.secretName, parts);
  for (const made of [namespace, name]) {
    if ("problem" in made) return { reason: "bad_name", path, message: made.problem, hint: made.hint };
  }
  const seen = waiting?.value;
  return {
    ...believed.value,
    namespace: (namespace as { name: string }).name,
    name: (name as { name: string }).name,
    source: settings.path,
    path,
    unsettled: seen === undefined ? null : {
      cause: seen.facts.problem!.cause,
      detail: seen.facts.problem!.detail,
      since: wall - (now - waiting!.since),
    },
  };
}

function duplicate({ namespace, name, path }: Sighting, owner: Sighting): SourceError {
  return {
    reason: "duplicate_name",
    path,
    message: `"${owner.path}" and "${path}" both are Secret "${namespace}/${name}": the first one is used`,
    hint: "exclude one of them, or set secretName for this source",
  };
}
