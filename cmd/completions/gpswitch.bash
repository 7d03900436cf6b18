# bash completion for gpswitch                                -*- shell-script -*-
# Written by scripts/completions from gpswitch --help; do not edit.

_gpswitch() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} path="" i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$path ${COMP_WORDS[i]}" in
            " export" | " map" | " validate" | " import" | " diff" | " switch" | " mappings" | " mappings list" | " mappings show" | " mappings check" | " mappings import" | " mappings definitions" | " systems") path="$path ${COMP_WORDS[i]}" ;;
        esac
    done
    COMPREPLY=()
    case "$path $before" in
        " export --output" | " export -o")
            :
            return
            ;;
        " export --practice")
            :
            return
            ;;
        " export --as-of")
            :
            return
            ;;
        " export --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " export --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " export --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " export --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " export --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " map --output" | " map -o")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " map --jobs" | " map -j")
            :
            return
            ;;
        " map --patient")
            :
            return
            ;;
        " map --population")
            :
            return
            ;;
        " map --practice")
            :
            return
            ;;
        " map --as-of")
            :
            return
            ;;
        " map --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " map --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " map --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " map --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " map --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " validate --profile")
            :
            return
            ;;
        " validate --max-findings")
            :
            return
            ;;
        " validate --baseline")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " validate --scorecard")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " validate --title")
            :
            return
            ;;
        " validate --output" | " validate -o")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " validate --format")
            :
            return
            ;;
        " validate --fail-on")
            mapfile -t COMPREPLY < <(compgen -W 'information warning error fatal' -- "$word")
            return
            ;;
        " validate --jobs" | " validate -j")
            :
            return
            ;;
        " validate --patient")
            :
            return
            ;;
        " validate --population")
            :
            return
            ;;
        " validate --practice")
            :
            return
            ;;
        " validate --as-of")
            :
            return
            ;;
        " validate --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " validate --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " validate --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " validate --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " validate --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " import --jobs" | " import -j")
            :
            return
            ;;
        " import --patient")
            :
            return
            ;;
        " import --population")
            :
            return
            ;;
        " import --practice")
            :
            return
            ;;
        " import --as-of")
            :
            return
            ;;
        " import --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " import --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " import --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " import --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " import --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " diff --output" | " diff -o")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " diff --format")
            mapfile -t COMPREPLY < <(compgen -W 'text jsonl junit sarif outcome' -- "$word")
            return
            ;;
        " diff --pairs")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " diff --via")
            :
            return
            ;;
        " diff --origin")
            :
            return
            ;;
        " diff --ignore")
            :
            return
            ;;
        " diff --jobs" | " diff -j")
            :
            return
            ;;
        " diff --patient")
            :
            return
            ;;
        " diff --population")
            :
            return
            ;;
        " diff --practice")
            :
            return
            ;;
        " diff --as-of")
            :
            return
            ;;
        " diff --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " diff --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " diff --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " diff --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " diff --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " switch --output" | " switch -o")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " switch --verify")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " switch --stop-on")
            mapfile -t COMPREPLY < <(compgen -W 'information warning error fatal' -- "$word")
            return
            ;;
        " switch --profile")
            :
            return
            ;;
        " switch --jobs" | " switch -j")
            :
            return
            ;;
        " switch --patient")
            :
            return
            ;;
        " switch --population")
            :
            return
            ;;
        " switch --practice")
            :
            return
            ;;
        " switch --as-of")
            :
            return
            ;;
        " switch --mapping")
            mapfile -t COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word")
            return
            ;;
        " switch --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " switch --report")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " switch --spool")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " switch --log-format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " mappings list --format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
        " mappings list --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " mappings show --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " mappings check --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " mappings import --profiles")
            :
            return
            ;;
        " mappings import --output" | " mappings import -o")
            :
            return
            ;;
        " mappings import --mappings")
            mapfile -t COMPREPLY < <(compgen -d -- "$word")
            return
            ;;
        " mappings definitions --output" | " mappings definitions -o")
            mapfile -t COMPREPLY < <(compgen -f -- "$word")
            return
            ;;
        " systems --format")
            mapfile -t COMPREPLY < <(compgen -W 'text json' -- "$word")
            return
            ;;
    esac
    case "$path" in
        "") mapfile -t COMPREPLY < <(compgen -W 'export map validate import diff switch mappings systems -h --help --version' -- "$word") ;;
        " export") mapfile -t COMPREPLY < <(compgen -W '-h --help -o --output --overwrite --practice --as-of --dry-run --mapping --mappings --report --spool --show-values -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " map") mapfile -t COMPREPLY < <(compgen -W '-h --help -o --output --overwrite -j --jobs --patient --population --practice --as-of --mapping --mappings --dry-run --report --spool --incomplete --show-values -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " validate") mapfile -t COMPREPLY < <(compgen -W '-h --help --profile --no-profiles --list-rules --max-findings --baseline --scorecard --title -o --output --overwrite --format --fail-on -j --jobs --patient --population --practice --as-of --mapping --mappings --report --spool --incomplete --show-values -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " import") mapfile -t COMPREPLY < <(compgen -W '-h --help --overwrite -j --jobs --patient --population --practice --as-of --mapping --mappings --dry-run --report --spool --incomplete --show-values -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " diff") mapfile -t COMPREPLY < <(compgen -W '-h --help -o --output --overwrite --format --pairs --via --siblings --origin --ignore --explained --source-rows --test-numbers -j --jobs --patient --population --practice --as-of --mapping --mappings --report --spool --incomplete --show-values -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " switch") mapfile -t COMPREPLY < <(compgen -W '-h --help -o --output --rehearse --verify --stop-on --profile --no-profiles --overwrite -j --jobs --patient --population --practice --as-of --mapping --mappings --report --spool -q --quiet -v --verbose --log-format --no-progress' -- "$word") ;;
        " mappings") mapfile -t COMPREPLY < <(compgen -W 'list show check import definitions -h --help' -- "$word") ;;
        " mappings list") mapfile -t COMPREPLY < <(compgen -W '-h --help --format --mappings' -- "$word") ;;
        " mappings show") mapfile -t COMPREPLY < <(compgen -W '-h --help --mappings' -- "$word") ;;
        " mappings check") mapfile -t COMPREPLY < <(compgen -W '-h --help --hashes --mappings' -- "$word") ;;
        " mappings import") mapfile -t COMPREPLY < <(compgen -W '-h --help --profiles -o --output --mappings --overwrite' -- "$word") ;;
        " mappings definitions") mapfile -t COMPREPLY < <(compgen -W '-h --help -o --output --overwrite' -- "$word") ;;
        " systems") mapfile -t COMPREPLY < <(compgen -W '-h --help --carry --format' -- "$word") ;;
    esac
    case "$path" in
        " mappings show" | " mappings check") [[ $word == -* ]] || mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W "$(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print $1 }')" -- "$word") ;;
    esac
    local files=' export| map| validate| import| diff| switch| mappings show| mappings check|'
    if [[ $word != -* && -n $path && $files == *"$path|"* ]]; then
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word")
    fi
}
complete -o filenames -F _gpswitch gpswitch
