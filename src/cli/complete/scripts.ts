/** The shells that completion is there for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of the shells above. */
export type Shell = (typeof shells)[number];

// Words are taken from the line itself: bash splits them at each of COMP_WORDBREAKS, which ids and flags hold. What it
// splits off stays on the line, and is not part of a reply; but for the @, which it replaces with what follows. Within quotes it splits
// nothing. The functions run in bash 3.2, too.
const bash = `# Completion of txlog in bash:  eval "$(txlog completion bash)"
_txlog_complete() {
  local rest="\${COMP_LINE:0:COMP_POINT}" piece trimmed head quote="" line last=-1 i
  local -a words
  words=()
  COMPREPLY=()
  for ((i = 0; i <= COMP_CWORD; i++)); do
    trimmed="\${rest#"\${rest%%[![:space:]]*}"}"
    if ((i == 0)) || [[ "$trimmed" != "$rest" ]]; then
      last=$((last + 1))
      words[last]=""
    fi
    piece="\${COMP_WORDS[i]:0:\${#trimmed}}"
    words[last]="\${words[last]}$piece"
    rest="\${trimmed:\${#piece}}"
  done
  for ((i = 1; i < last; i++)); do
    words[i]="\${words[i]#[\\"\\']}"
    words[i]="\${words[i]%[\\"\\']}"
  done
  if [[ "$piece" == [\\"\\']* ]]; then
    quote="\${piece:0:1}"
    head="\${words[last]:0:\${#words[last]}-\${#piece}}"
    words[last]="$head\${piece:1}"
  else
    head="\${words[last]%"\${words[last]##*[=:@]}"}"
    [[ "$COMP_WORDBREAKS" == *[=:@]* ]] || head=""
    head="\${head%@}"
  fi
  while IFS= read -r line; do
    case "$line" in
      :none) compopt +o default +o bashdefault 2>/dev/null ;;
      :files) ;;
      *)
        line="\${line%%$'\\t'*}"
        line="\${line#"$head"}"
        case "$quote" in
          \\') line="\${line//\\'/\\'\\\\\\'\\'}" ;;
          \\")
            line="\${line//\\\\/\\\\\\\\}"
            line="\${line//\\"/\\\\\\"}"
            line="\${line//\\$/\\\\\\$}"
            line="\${line//\\\`/\\\\\\\`}"
            ;;
          *) printf -v line '%q' "$line" ;;
        esac
        COMPREPLY[\${#COMPREPLY[@]}]="$line"
        ;;
    esac
  done < <(command "$1" __complete "\${words[@]:1}" 2>/dev/null </dev/null)
}
complete -o bashdefault -o default -F _txlog_complete txlog
`;

const zsh = `#compdef txlog
# Completion of txlog in zsh:  eval "$(txlog completion zsh)"
_txlog() {
  local line word about kind=":none"
  local -a before candidates
  before=("\${(@Q)words[2,CURRENT-1]}")
  while IFS= read -r line; do
    case "$line" in
      :*) kind="$line" ;;
      *)
        word="\${line%%$'\\t'*}"
        about="\${line#*$'\\t'}"
        candidates+=("\${word//:/\\\\:}\${about:+:$about}")
        ;;
    esac
  done < <(command "\${(Q)words[1]}" __complete "\${before[@]}" "\${(Q)PREFIX}" 2>/dev/null </dev/null)
  (( \${#candidates} )) && _describe txlog candidates
  if [[ "$kind" == ":files" ]]; then
    compset -P '--*='
    _files
  fi
}
if (( ! \${+functions[compdef]} )); then
  autoload -Uz compinit && compinit -u
fi
if [[ "\${funcstack[1]:-}" == "_txlog" ]]; then
  _txlog "$@"
else
  compdef _txlog txlog
fi
`;

const fish = `# Completion of txlog in fish:  txlog completion fish | source
function __txlog_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    set -l command $words[1]
    set -e words[1]
    for line in (command $command __complete $words "$typed" 2>/dev/null </dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$typed"
            case ':none'
            case '*'
                printf '%s\\n' $line
        end
    end
end
complete -c txlog -e
complete -c txlog -f -a '(__txlog_complete)'
`;

/** The script that a shell runs once to complete the command line of txlog. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell];
}
