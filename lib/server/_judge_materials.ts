import type { Material } from "../model/mod.ts";
import type { Snapshot } from "../xds/mod.ts";
import type { Deadline } from "./_deadline.ts";
import { snapshotMaterials } from "./snapshot_materials.ts";
import type { TranslateParts } from "./translate_parts.ts";

/** Share of the deadline for what is asked of Envoy: planning and splicing of the largest snapshots take less than the rest. */
export const SHARE_FOR_VERDICTS = 0.7;

/**
 * Has everything in a snapshot judged that is to be judged.
 *
 * Verdicts that are not there in time, or fail, are the rules' own. Never throws.
 *
 * @param found Called when the materials are known and before they are judged.
 */
export async function judgeMaterials(
  snapshot: Snapshot,
  parts: TranslateParts,
  { deadline, found }: { readonly deadline: Deadline; readonly found: () => void },
): Promise<void> {
  const materials = snapshotMaterials(snapshot);
  found();
  if (materials.length > 0) await learnWithin(parts, materials, deadline.until(SHARE_FOR_VERDICTS));
}

async function learnWithin(
  parts: TranslateParts,
  materials: readonly Material[],
  patience: number,
): Promise<void> {
  const { generation: { store }, metrics, log, clock } = parts;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), patience);
  });
  const learnt = store.learn(materials, clock() + patience);
  try {
    if (await Promise.race([learnt, late]) === "late") {
      metrics.add("certgate_hook_deadline_exceeded_total");
      log.warn("verdicts were not ready in time, the rules stand alone for this answer", {
        patience_ms: Math.round(patience),
      });
      learnt.catch(() => {});
    }
  } catch (error) {
    metrics.add("certgate_hook_panics_total");
    log.error("asking for verdicts failed, the rules stand alone for this answer", { error });
  } finally {
    clearTimeout(timer);
  }
}
