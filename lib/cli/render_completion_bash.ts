import type { Completable, CompletableCommand } from "./completion_model.ts";

/** The script for bash 4.3 and later. The package bash-completion is not needed. */
export function renderBash(commands: readonly CompletableCommand[]): string {
  return `# bash completion of certgate, printed by: certgate completion bash
${table("_certgate_commands", commands, ({ commands }) => commands.map(({ name }) => name))}
${table("_certgate_options", commands, ({ options }) => options.flatMap(({ flags }) => flags))}
${values(commands)}
${SCRIPT}`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A function that prints words for the name of a command. */
function table(
  name: string,
  commands: readonly CompletableCommand[],
  words: (command: CompletableCommand) => readonly string[],
): string {
  const rows = commands.map((command) => [command.path.join(" "), words(command).join(" ")])
    .filter(([, words]) => words !== "")
    .map(([path, words]) => `    ${quote(path)}) echo ${quote(words)} ;;`);
  return `${name}() {\n  case $1 in\n${rows.join("\n")}\n  esac\n}`;
}

/** A function that prints what the value of an option, or an argument by its number, may be: where from, then words. */
function values(commands: readonly CompletableCommand[]): string {
  // What is the same for several stands once.
  const rows = new Map<string, string[]>();
  const add = (patterns: readonly string[], value: Completable) => {
    const printed = print(value);
    rows.set(printed, [...rows.get(printed) ?? [], ...patterns]);
  };
  for (const command of commands) {
    const path = command.path.join(" ");
    for (const { flags, value } of command.options) {
      if (value) add(flags.map((flag) => quote(`${path} ${flag}`)), value);
    }
    command.arguments.forEach((value, index) => {
      const last = index === command.arguments.length - 1;
      add([`${quote(`${path} `)}${last ? "[0-9]*" : index}`], value);
    });
  }
  const cases = [...rows].map(([printed, patterns]) => `    ${patterns.join(" | ")}) ${printed} ;;`);
  return `_certgate_value() {\n  case $1 in\n${cases.join("\n")}\n    *) return 1 ;;\n  esac\n}`;
}

const print = ({ words, from }: Completable) => `echo ${quote([from ?? "nothing", ...words].join(" "))}`;

const SCRIPT = `_certgate() {
  # bash takes words apart at "=", which belongs to a word here.
  local words=() word glue= i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = && \${#words[@]} -gt 0 ]]; then
      words[-1]+="="
      glue=1
    elif [[ $glue ]]; then
      words[-1]+=$word
      glue=
    else
      words+=("$word")
    fi
  done
  local cur=\${words[-1]} command= argument=0 option= value=
  for word in "\${words[@]:0:\${#words[@]}-1}"; do
    if [[ $option ]]; then
      option=
    elif [[ $word == -* ]]; then
      [[ $word != *=* ]] && _certgate_value "$command $word" >/dev/null && option=$word
    elif [[ " $(_certgate_commands "$command") " == *" $word "* ]]; then
      command="\${command:+$command }$word"
    else
      argument=$((argument + 1))
    fi
  done
  if [[ $option ]]; then
    value=$(_certgate_value "$command $option")
  elif [[ $cur == --*=* ]]; then
    value=$(_certgate_value "$command \${cur%%=*}")
    cur=\${cur#*=}
  elif [[ $cur == -* ]]; then
    value="nothing $(_certgate_options "$command")"
  else
    value=$(_certgate_value "$command $argument") || value="nothing $(_certgate_commands "$command")"
  fi
  _certgate_reply "$cur" $value
}

_certgate_reply() {
  local cur=$1 from=$2 list word
  shift 2
  list="$*"
  # programmed= and withheld= are followed by a hostname.
  if [[ $from == goals && $cur == *=* ]]; then
    cur=\${cur#*=}
    from=hosts
    list=
  fi
  [[ $from == hosts ]] && list=$(certgate completion hosts 2>/dev/null)
  COMPREPLY=()
  while IFS= read -r word; do
    [[ $word ]] && COMPREPLY+=("$word")
  done < <(compgen -W "$list" -- "$cur")
  case $from in
    files | directories)
      local kind=-f
      [[ $from == directories ]] && kind=-d
      compopt -o filenames 2>/dev/null
      while IFS= read -r word; do
        COMPREPLY+=("$word")
      done < <(compgen "$kind" -- "$cur")
      ;;
  esac
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}

complete -F _certgate certgate
`;
