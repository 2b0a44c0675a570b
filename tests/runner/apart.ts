/** Brings up the one interface that a new network has, and becomes the program. */
const UP = 'ip link set lo up && exec "$@"';

let known: readonly string[] | null = null;

/**
 * What a command begins with that is to have a loopback network of its own, so that ports which nobody can choose are free in it
 * (network_namespaces(7)).
 *
 * @returns nothing where this machine does not let us make one.
 */
export function apart(): readonly string[] {
  if (known !== null) return known;
  const command = ["unshare", "--net", "sh", "-c", UP, "sh"];
  try {
    const { success } = new Deno.Command(command[0], {
      args: [...command.slice(1), "true"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).outputSync();
    known = success ? command : [];
  } catch {
    known = [];
  }
  return known;
}
