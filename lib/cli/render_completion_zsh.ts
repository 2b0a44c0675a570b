import type { Completable, CompletableCommand, CompletableOption } from "./completion_model.ts";

/** The script for zsh 5, a file `_certgate` in `fpath`. */
export function renderZsh(commands: readonly CompletableCommand[]): string {
  return `#compdef certgate
# zsh completion of certgate, printed by: certgate completion zsh

_certgate_hosts() {
  local -a hosts
  hosts=(\${(f)"$(certgate completion hosts 2>/dev/null)"})
  compadd -a hosts
}

_certgate_goals() {
  if compset -P '*='; then
    _certgate_hosts
  else
    compadd converged
    compadd -S '' programmed= withheld=
  fi
}

${[...commands].reverse().map(functionOf).join("\n\n")}

# As a file of fpath this is the body of the function; sourced, it only has to be known.
if [[ $funcstack[1] == _certgate ]]; then
  _certgate "$@"
else
  compdef _certgate certgate
fi
`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const nameOf = (path: readonly string[]) => ["_certgate", ...path].join("_").replaceAll("-", "_");

function functionOf(command: CompletableCommand): string {
  const options = command.options.map(optionOf);
  const name = nameOf(command.path);
  if (command.commands.length > 0) return parentFunction(command, name, options);
  const given = command.arguments.map((value, index) => {
    const last = index === command.arguments.length - 1;
    return quote(`${last ? "*" : index + 1}: :${actionOf(value)}`);
  });
  return `${name}() {\n  _arguments -s ${[...options, ...given].join(" \\\n    ")}\n}`;
}

function parentFunction(command: CompletableCommand, name: string, options: string[]): string {
  const rows = command.commands.map((one) => `    ${quote(`${one.name}:${one.description}`)}`);
  const cases = command.commands.map((one) =>
    `        ${one.name}) ${nameOf([...command.path, one.name])} ;;`
  );
  return `${name}() {
  local line state
  local -a commands=(
${rows.join("\n")}
  )
  _arguments -C -s ${options.join(" \\\n    ")} \\
    '1: :->command' '*:: :->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $line[1] in
${cases.join("\n")}
      esac
      ;;
  esac
}`;
}

/** A colon and brackets mean something to `_arguments`. */
const plain = (text: string) => text.replace(/[\\:[\]]/g, "\\$&");

function optionOf({ flags, description, value }: CompletableOption): string {
  const said = `[${plain(description)}]`;
  const action = value ? `: :${actionOf(value)}` : "";
  const [one, other] = flags;
  if (other === undefined) return quote(`${one}${value ? "=" : ""}${said}${action}`);
  const exclusive = quote(`(${flags.join(" ")})`);
  return `${exclusive}{${one}${value ? "+" : ""},${other}${value ? "=" : ""}}${quote(`${said}${action}`)}`;
}

function actionOf({ words, from }: Completable): string {
  if (from === "goals") return "_certgate_goals";
  if (words.some((word) => word.endsWith("="))) return `{ compadd -S "" ${words.join(" ")} }`;
  if (from === "hosts") return "_certgate_hosts";
  if (from === "directories") return "_files -/";
  if (from === "files" && words.length > 0) return `{ compadd ${words.join(" ")}; _files }`;
  if (from === "files") return "_files";
  return words.length > 0 ? `(${words.join(" ")})` : " ";
}
