# fish completion for gpswitch
# Written by scripts/completions from gpswitch --help; do not edit.

# The words so far are exactly this command: no further command of the level below was given.
function __gpswitch_at
    set -l words (commandline -opc | string match -v -- '-*')
    set -l want gpswitch $argv
    test (count $words) -ge (count $want); or return 1
    for i in (seq (count $want))
        test $words[$i] = $want[$i]; or return 1
    end
end
function __gpswitch_needs_command
    test (count (commandline -opc | string match -v -- '-*')) -eq (math 1 + (count $argv)); and __gpswitch_at $argv
end

# gpswitch
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a export -d 'Collect an extract and its deltas into a sealed, verbatim copy'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a map -d 'Turn a source into a standard-form package, with the account of every row'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a validate -d 'Check an extract, a package or a store; findings with addresses'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a import -d 'Load a source into a target system; again to resume or to update'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a diff -d 'Compare two of anything, patient by patient, and explain every difference'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a switch -d 'The whole move: export, map, validate, import, read back, diff, report'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a mappings -d 'List, show, check and import the mapping tables'
complete -c gpswitch -f -n '__gpswitch_needs_command ' -a systems -d 'List every system: what it reads, writes, and cannot carry'
complete -c gpswitch -n '__gpswitch_needs_command ' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_needs_command ' -l version -d 'Print the version and the libraries'

# gpswitch export
complete -c gpswitch -n '__gpswitch_at export' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at export' -s o -l output -x -d 'Export to write: a folder, .zip or .tar.zst (required)'
complete -c gpswitch -n '__gpswitch_at export' -l overwrite -d 'Replace what exists under the output'\''s name'
complete -c gpswitch -n '__gpswitch_at export' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at export' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at export' -l dry-run -d 'Do everything but write'
complete -c gpswitch -n '__gpswitch_at export' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at export' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at export' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at export' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at export' -l show-values -d 'Put values in findings: PATIENT DATA on the screen'
complete -c gpswitch -n '__gpswitch_at export' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at export' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at export' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at export' -l no-progress -d 'No progress bar on a terminal'

# gpswitch map
complete -c gpswitch -n '__gpswitch_at map' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at map' -s o -l output -r -F -d 'Package to write: a folder, .zip or .tar.zst (required)'
complete -c gpswitch -n '__gpswitch_at map' -l overwrite -d 'Replace what exists under the output'\''s name'
complete -c gpswitch -n '__gpswitch_at map' -s j -l jobs -x -d 'Workers (default: one for each core)'
complete -c gpswitch -n '__gpswitch_at map' -l patient -x -d 'Only this patient (repeatable); @FILE or - for a list'
complete -c gpswitch -n '__gpswitch_at map' -l population -x -d 'registered, left, dead, temporary, test (default: all)'
complete -c gpswitch -n '__gpswitch_at map' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at map' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at map' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at map' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at map' -l dry-run -d 'Do everything but write'
complete -c gpswitch -n '__gpswitch_at map' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at map' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at map' -l incomplete -d 'Read an extract with tables missing: a sample, not a delivery'
complete -c gpswitch -n '__gpswitch_at map' -l show-values -d 'Put values in findings: PATIENT DATA on the screen'
complete -c gpswitch -n '__gpswitch_at map' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at map' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at map' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at map' -l no-progress -d 'No progress bar on a terminal'

# gpswitch validate
complete -c gpswitch -n '__gpswitch_at validate' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at validate' -l profile -x -d 'Table of profiles instead of the shipped one, or a profile'\''s URL that resources have to satisfy; may be given again'
complete -c gpswitch -n '__gpswitch_at validate' -l no-profiles -d 'Do not check resources against FHIR and its profiles'
complete -c gpswitch -n '__gpswitch_at validate' -l list-rules -d 'Show the rules of FHIR and of consistency, with reason and source, and stop'
complete -c gpswitch -n '__gpswitch_at validate' -l max-findings -x -d 'Write this many findings at most; all are counted (default: all)'
complete -c gpswitch -n '__gpswitch_at validate' -l baseline -r -F -d 'Findings of a former run (jsonl): write only what is new'
complete -c gpswitch -n '__gpswitch_at validate' -l scorecard -r -F -d 'Counts without patient data, to be published; .html or .json by name (repeatable)'
complete -c gpswitch -n '__gpswitch_at validate' -l title -x -d 'What the scorecard is of; it is published as given'
complete -c gpswitch -n '__gpswitch_at validate' -s o -l output -r -F -d 'Where to write the findings; - for stdout (default: stderr)'
complete -c gpswitch -n '__gpswitch_at validate' -l overwrite -d 'Replace what exists under the output'\''s name'
complete -c gpswitch -n '__gpswitch_at validate' -l format -x -d 'text, jsonl, junit, sarif, outcome (FHIR) or html'
complete -c gpswitch -n '__gpswitch_at validate' -l fail-on -x -a 'information warning error fatal' -d 'Lowest severity for exit code 1 (default: error)'
complete -c gpswitch -n '__gpswitch_at validate' -s j -l jobs -x -d 'Workers (default: one for each core)'
complete -c gpswitch -n '__gpswitch_at validate' -l patient -x -d 'Only this patient (repeatable); @FILE or - for a list'
complete -c gpswitch -n '__gpswitch_at validate' -l population -x -d 'registered, left, dead, temporary, test (default: all)'
complete -c gpswitch -n '__gpswitch_at validate' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at validate' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at validate' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at validate' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at validate' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at validate' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at validate' -l incomplete -d 'Read an extract with tables missing: a sample, not a delivery'
complete -c gpswitch -n '__gpswitch_at validate' -l show-values -d 'Put values in findings: PATIENT DATA on the screen'
complete -c gpswitch -n '__gpswitch_at validate' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at validate' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at validate' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at validate' -l no-progress -d 'No progress bar on a terminal'

# gpswitch import
complete -c gpswitch -n '__gpswitch_at import' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at import' -l overwrite -d 'Start afresh: replace the target instead of updating it'
complete -c gpswitch -n '__gpswitch_at import' -s j -l jobs -x -d 'Workers (default: one for each core)'
complete -c gpswitch -n '__gpswitch_at import' -l patient -x -d 'Only this patient (repeatable); @FILE or - for a list'
complete -c gpswitch -n '__gpswitch_at import' -l population -x -d 'registered, left, dead, temporary, test (default: all)'
complete -c gpswitch -n '__gpswitch_at import' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at import' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at import' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at import' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at import' -l dry-run -d 'Do everything but write'
complete -c gpswitch -n '__gpswitch_at import' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at import' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at import' -l incomplete -d 'Read an extract with tables missing: a sample, not a delivery'
complete -c gpswitch -n '__gpswitch_at import' -l show-values -d 'Put values in findings: PATIENT DATA on the screen'
complete -c gpswitch -n '__gpswitch_at import' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at import' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at import' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at import' -l no-progress -d 'No progress bar on a terminal'

# gpswitch diff
complete -c gpswitch -n '__gpswitch_at diff' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at diff' -s o -l output -r -F -d 'Where to write the differences; - for stdout (default: stderr)'
complete -c gpswitch -n '__gpswitch_at diff' -l overwrite -d 'Replace what exists under the output'\''s name'
complete -c gpswitch -n '__gpswitch_at diff' -l format -x -a 'text jsonl junit sarif outcome' -d 'text, jsonl, junit, sarif or outcome (FHIR)'
complete -c gpswitch -n '__gpswitch_at diff' -l pairs -r -F -d 'A person'\''s decisions: CSV of before_key,after_key'
complete -c gpswitch -n '__gpswitch_at diff' -l via -x -d 'System the way led over, or what was written there: what it cannot carry explains (repeatable)'
complete -c gpswitch -n '__gpswitch_at diff' -l siblings -d 'Both were written from the same records: what either layout cannot carry explains'
complete -c gpswitch -n '__gpswitch_at diff' -l origin -x -d 'The records that both siblings were written from'
complete -c gpswitch -n '__gpswitch_at diff' -l ignore -x -d 'Element path not compared, e.g. Patient.photo (repeatable)'
complete -c gpswitch -n '__gpswitch_at diff' -l explained -d 'List explained differences too, not only their number'
complete -c gpswitch -n '__gpswitch_at diff' -l source-rows -d 'Compare as well from which source rows entries came'
complete -c gpswitch -n '__gpswitch_at diff' -l test-numbers -d 'Pair by NHS numbers of the test range (999...) too'
complete -c gpswitch -n '__gpswitch_at diff' -s j -l jobs -x -d 'Workers (default: one for each core)'
complete -c gpswitch -n '__gpswitch_at diff' -l patient -x -d 'Only this patient (repeatable); @FILE or - for a list'
complete -c gpswitch -n '__gpswitch_at diff' -l population -x -d 'registered, left, dead, temporary, test (default: all)'
complete -c gpswitch -n '__gpswitch_at diff' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at diff' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at diff' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at diff' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at diff' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at diff' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at diff' -l incomplete -d 'Read an extract with tables missing: a sample, not a delivery'
complete -c gpswitch -n '__gpswitch_at diff' -l show-values -d 'Put values in findings: PATIENT DATA on the screen'
complete -c gpswitch -n '__gpswitch_at diff' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at diff' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at diff' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at diff' -l no-progress -d 'No progress bar on a terminal'

# gpswitch switch
complete -c gpswitch -n '__gpswitch_at switch' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at switch' -s o -l output -x -a '(__fish_complete_directories)' -d 'Folder for all that the move makes, but the target (required)'
complete -c gpswitch -n '__gpswitch_at switch' -l rehearse -d 'Do everything against a store that is thrown away'
complete -c gpswitch -n '__gpswitch_at switch' -l verify -x -a '(__fish_complete_directories)' -d 'Check a finished folder against its certificate; needs no network'
complete -c gpswitch -n '__gpswitch_at switch' -l stop-on -x -a 'information warning error fatal' -d 'Lowest severity at which a gate fails, before the target is touched (default: fatal)'
complete -c gpswitch -n '__gpswitch_at switch' -l profile -x -d 'Table of profiles instead of the shipped one, or a profile'\''s URL that resources have to satisfy; may be given again'
complete -c gpswitch -n '__gpswitch_at switch' -l no-profiles -d 'Do not check the package against FHIR and its profiles'
complete -c gpswitch -n '__gpswitch_at switch' -l overwrite -d 'Replace the folder and the target, if they exist'
complete -c gpswitch -n '__gpswitch_at switch' -s j -l jobs -x -d 'Workers (default: one for each core)'
complete -c gpswitch -n '__gpswitch_at switch' -l patient -x -d 'Only this patient (repeatable); @FILE or - for a list'
complete -c gpswitch -n '__gpswitch_at switch' -l population -x -d 'registered, left, dead, temporary, test (default: all)'
complete -c gpswitch -n '__gpswitch_at switch' -l practice -x -d 'The one practice to read, where a source holds several'
complete -c gpswitch -n '__gpswitch_at switch' -l as-of -x -d 'Leave out deliveries of later moments: 2026-03-31[T18:00:00]'
complete -c gpswitch -n '__gpswitch_at switch' -l mapping -x -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')" -d 'Mapping set (default: the newest for the system)'
complete -c gpswitch -n '__gpswitch_at switch' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at switch' -l report -r -F -d 'Summary with the ledger, as .json, .html or .md by name'
complete -c gpswitch -n '__gpswitch_at switch' -l spool -x -a '(__fish_complete_directories)' -d 'Where members of archives are unpacked (default: beside the output)'
complete -c gpswitch -n '__gpswitch_at switch' -s q -l quiet -d 'Errors only'
complete -c gpswitch -n '__gpswitch_at switch' -s v -l verbose -d 'Decisions; -vv: tracing'
complete -c gpswitch -n '__gpswitch_at switch' -l log-format -x -a 'text json' -d 'text or json, for what is said on stderr'
complete -c gpswitch -n '__gpswitch_at switch' -l no-progress -d 'No progress bar on a terminal'

# gpswitch mappings
complete -c gpswitch -f -n '__gpswitch_needs_command mappings' -a list -d 'List the mapping sets with version, source and hash'
complete -c gpswitch -f -n '__gpswitch_needs_command mappings' -a show -d 'Print routes, columns and values for reading'
complete -c gpswitch -f -n '__gpswitch_needs_command mappings' -a check -d 'Prove hashes, chain of versions, totality and value sets'
complete -c gpswitch -f -n '__gpswitch_needs_command mappings' -a import -d 'Make a table of FHIR profiles for validate'
complete -c gpswitch -f -n '__gpswitch_needs_command mappings' -a definitions -d 'Write the FHIR definitions of gpswitch'\''s own extensions'
complete -c gpswitch -n '__gpswitch_needs_command mappings' -s h -l help -d 'Print this help'

# gpswitch mappings list
complete -c gpswitch -n '__gpswitch_at mappings list' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at mappings list' -l format -x -a 'text json' -d 'text or json'
complete -c gpswitch -n '__gpswitch_at mappings list' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'

# gpswitch mappings show
complete -c gpswitch -f -n '__gpswitch_at mappings show' -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')"
complete -c gpswitch -n '__gpswitch_at mappings show' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at mappings show' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'

# gpswitch mappings check
complete -c gpswitch -f -n '__gpswitch_at mappings check' -a "(gpswitch mappings list 2>/dev/null | awk 'NR > 1 { print \$1 }')"
complete -c gpswitch -n '__gpswitch_at mappings check' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at mappings check' -l hashes -d 'Print the hashes as the files are now, for mapping.json'
complete -c gpswitch -n '__gpswitch_at mappings check' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'

# gpswitch mappings import
complete -c gpswitch -n '__gpswitch_at mappings import' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at mappings import' -l profiles -x -d 'FHIR package (.tgz), or folder of its JSON; may be given again, what others build on first'
complete -c gpswitch -n '__gpswitch_at mappings import' -s o -l output -x -d 'Where to write the table; - for stdout'
complete -c gpswitch -n '__gpswitch_at mappings import' -l mappings -x -a '(__fish_complete_directories)' -d 'Folder with mapping sets, looked at first (repeatable)'
complete -c gpswitch -n '__gpswitch_at mappings import' -l overwrite -d 'Replace what exists under the output'\''s name'

# gpswitch mappings definitions
complete -c gpswitch -n '__gpswitch_at mappings definitions' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at mappings definitions' -s o -l output -r -F -d 'Where to write the Bundle; - for stdout (default)'
complete -c gpswitch -n '__gpswitch_at mappings definitions' -l overwrite -d 'Replace what exists under the output'\''s name'

# gpswitch systems
complete -c gpswitch -n '__gpswitch_at systems' -s h -l help -d 'Print this help'
complete -c gpswitch -n '__gpswitch_at systems' -l carry -d 'Instead: what each system can carry, as a table'
complete -c gpswitch -n '__gpswitch_at systems' -l format -x -a 'text json' -d 'text or json'
