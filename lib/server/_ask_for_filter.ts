import type { Deadline } from "./_deadline.ts";
import { SHARE_FOR_VERDICTS } from "./_judge_materials.ts";
import type { Generation } from "./generation.ts";

/**
 * Has the Envoy of the host asked whether it takes the firewall before one is planned, if the answer can be had in time.
 * What comes later counts from the next call on. Never rejects.
 */
export async function askForFilter({ policy, envoy }: Generation, deadline: Deadline): Promise<void> {
  const { goFilter } = envoy;
  if (policy.settings.waf === null || goFilter === undefined || goFilter.asked) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadline.until(SHARE_FOR_VERDICTS));
  });
  await Promise.race([goFilter.ask(), late]);
  clearTimeout(timer);
}
