"""What shells evaluate to complete `python -m pare_runner`; any other line of `python` is completed as before.

Each asks the interpreter that is on the line. The line up to the cursor goes to it as COMP_LINE, with one word for the
program.
"""

from __future__ import annotations

_BASH = r"""_pare_runner() {
    local typed=${COMP_LINE:0:COMP_POINT}
    if ! [[ $typed =~ ^[[:space:]]*([^[:space:]]+)[[:space:]]+-m[[:space:]]+pare_runner[[:space:]](.*)$ ]]; then
        [[ -z $_PARE_RUNNER_BEFORE ]] || "$_PARE_RUNNER_BEFORE" "$@"
        return
    fi
    local program=${BASH_REMATCH[1]} line="pare_runner ${BASH_REMATCH[2]}" found
    local word=${line##*[[:space:]]}
    local begun=${word%"$2"}  # bash takes what follows = or @ for a word of its own
    compopt -o nospace 2>/dev/null
    COMPREPLY=()
    while IFS= read -r found; do
        [[ -z $found ]] || COMPREPLY+=("${found#"$begun"}")
    done < <(COMP_LINE=$line "${program/#\~/$HOME}" -m pare_runner --shell-completion query=bash 2>/dev/null)
}
declare -F _completion_loader >/dev/null && _completion_loader python 2>/dev/null
if ! declare -p _PARE_RUNNER_RULES >/dev/null 2>&1; then
    _PARE_RUNNER_RULES=$(complete -p python python3 2>/dev/null)
    _PARE_RUNNER_BEFORE=
    [[ $_PARE_RUNNER_RULES =~ \ -F\ ([^[:space:]]+) ]] && _PARE_RUNNER_BEFORE=${BASH_REMATCH[1]}
fi
complete -o bashdefault -o default -F _pare_runner python python3"""

_BASH_AWAY = r"""complete -r python python3 2>/dev/null
eval "$_PARE_RUNNER_RULES"
unset -f _pare_runner
unset _PARE_RUNNER_RULES _PARE_RUNNER_BEFORE"""

_ZSH = r"""_pare_runner() {
    if (( CURRENT < 4 )) || [[ $words[2] != -m || $words[3] != pare_runner ]]; then
        ${_PARE_RUNNER_BEFORE:-_default} "$@"
        return
    fi
    local -a found
    local line="pare_runner ${(j: :)words[4,CURRENT-1]} $PREFIX"
    found=(${(f)"$(COMP_LINE=$line ${~words[1]} -m pare_runner --shell-completion query=zsh 2>/dev/null)"})
    if (( $#found )); then
        compadd -S '' -- $found
    else
        compset -P '*='
        _default
    fi
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
[[ $_comps[python] == _pare_runner ]] || typeset -g _PARE_RUNNER_BEFORE=$_comps[python]
compdef _pare_runner python python3"""

_ZSH_AWAY = r"""compdef -d python python3
[[ -z $_PARE_RUNNER_BEFORE ]] || compdef $_PARE_RUNNER_BEFORE python python3
unfunction _pare_runner
unset _PARE_RUNNER_BEFORE"""

_FISH = r"""function __pare_runner_here
    set -l words (commandline -opc)
    test (count $words) -ge 3; and test "$words[2] $words[3]" = "-m pare_runner"
end
function __pare_runner_words
    set -l words (commandline -opc)
    set -l program $words[1]
    set -e words[1..3]
    set -lx COMP_LINE "pare_runner $words "(commandline -ct)
    $program -m pare_runner --shell-completion query=fish 2>/dev/null
end
complete -c python -n __pare_runner_here -a '(__pare_runner_words)'
complete -c python3 -n __pare_runner_here -a '(__pare_runner_words)'"""

_FISH_AWAY = r"""function __pare_runner_here
    false
end"""

INSTALL = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}
"""Shell → what it evaluates to complete our lines."""
UNINSTALL = {"bash": _BASH_AWAY, "zsh": _ZSH_AWAY, "fish": _FISH_AWAY}
"""Shell → what it evaluates to complete them no more."""
