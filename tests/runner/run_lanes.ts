import type { Group } from "./groups.ts";
import { Screen, type Voice } from "./screen.ts";

/**
 * Shares groups out to lanes that run side by side: groups that mostly wait for programs of their own, groups whose files
 * run one after the other, and groups with workers. A lane without groups is left out.
 *
 * @param mayApart Whether groups with a network of their own may run beside those that wait.
 */
export function shareLanes<T extends Pick<Group, "waits" | "workers" | "apart">>(
  groups: readonly T[],
  mayApart: boolean = false,
): T[][] {
  const busy = groups.filter(({ waits }) => !waits);
  const waiting = groups.filter(({ waits }) => waits);
  return [
    waiting.filter(({ apart }) => !apart || !mayApart),
    waiting.filter(({ apart }) => apart && mayApart),
    busy.filter(({ workers }) => workers === undefined),
    busy.filter(({ workers }) => workers !== undefined),
  ].filter((lane) => lane.length > 0);
}

/**
 * Runs lanes side by side, and what is in a lane one after the other. A lane that is through takes over what the others
 * have not begun, the last first. What is printed for one stays together.
 *
 * @param lanes What to run; the first lane has the machine before the others.
 * @param write Puts text on the screen.
 * @param run Runs one; `behind` says that others come before it.
 */
export async function runLanes<T>(
  lanes: readonly (readonly T[])[],
  write: (text: string) => void,
  run: (one: T, voice: Voice, behind: boolean) => Promise<void>,
): Promise<void> {
  const screen = new Screen(write);
  const left = lanes.map((lane) => [...lane]);
  // The first lane is never helped: what is in it needs things of which there is one on a machine.
  const next = (index: number) => left[index].shift() ?? left.slice(1).find((lane) => lane.length > 0)?.pop();
  await Promise.all(lanes.map(async (lane, index) => {
    for (let one = next(index); one !== undefined; one = next(index)) {
      const voice = screen.begin();
      await run(one, voice, index > 0 || !lane.includes(one)).finally(() => voice.end());
    }
  }));
}
