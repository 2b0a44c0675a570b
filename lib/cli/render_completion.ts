import type { Command } from "commander";
import { completionModel } from "./completion_model.ts";
import { renderBash } from "./render_completion_bash.ts";
import { renderFish } from "./render_completion_fish.ts";
import { renderZsh } from "./render_completion_zsh.ts";
import type { Shell } from "./shells.ts";

/**
 * The completion script of a shell, made from the descriptions of the commands. The library for the command line has
 * none. What others offer starts the program at each press of the key; this script does so for hostnames only, because
 * nothing else changes between two versions.
 *
 * @param program The commands, see `describeProgram()`.
 */
export function renderCompletion(shell: Shell, program: Command): string {
  const render = { bash: renderBash, zsh: renderZsh, fish: renderFish }[shell];
  return render(completionModel(program));
}
