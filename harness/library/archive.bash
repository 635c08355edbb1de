#!/bin/bash
# archive.bash OUTPUT ARCHIVE... - merges archives into one object with only its public symbols.
#
# In an ordinary archive the linker sees every global name, hidden or not: a program with a function
# of its own called ring_init could not be linked. In a single object hidden names become local.
set -eu

output=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ld -r -o "$work/droptest.o" --whole-archive "$@"
objcopy --localize-hidden "$work/droptest.o"
rm -f "$output"
ar rcsD "$output" "$work/droptest.o"
