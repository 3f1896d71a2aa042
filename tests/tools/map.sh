#!/bin/sh
# The code map of README.md against the tree: each source file stands in its folder's paragraph,
# once, and nothing stands there that is not a file.
failed=0
say() { echo "map: $*"; failed=1; }
map=$(sed -n '/^## Code map/,/^## Non-goals/p' README.md)
for folder in base crypto wire context realm kdc ntlm client service trace sim tui; do
    [ "$(printf '%s\n' "$map" | grep -c "^- \*\*$folder/\*\*")" = 1 ] || say "$folder/ has not one paragraph"
    named=$(printf '%s\n' "$map" |
        awk -v at="- **$folder/**" 'index($0, "- **") == 1 { on = index($0, at) == 1 } on' |
        grep -o '`[a-z0-9_./]*`' | tr -d '`' | sed 's/\.[ch]$//' | sort)
    twice=$(printf '%s\n' "$named" | uniq -d)
    [ -z "$twice" ] || say "$folder/: twice: $(echo $twice)"
    for file in "$folder"/*.[ch]; do
        name=$(basename "$file" | sed 's/\.[ch]$//')
        case $name in verb_*) continue ;; esac
        printf '%s\n' "$named" | grep -qx "$name" || say "$file is not in the map"
    done
    for name in $named; do
        ls "$folder/$name" "$folder/$name".* >/dev/null 2>&1 || ls "$folder" | grep -q "^$name" ||
            say "$folder/: no file $name"
    done
done
[ $failed = 0 ] && echo "map: every file stands in README's code map, once"
exit $failed
