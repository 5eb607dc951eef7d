#!/bin/sh
# Stands in for cargo while `cargo lambda watch` runs, which starts a function by `cargo run … --bin NAME`.
if [ "$1" != run ]; then
    exec "{cargo}" "$@"
fi
for name; do :; done
# Set for the runtimes of another kind of Lambda; the functions would warn that they do not know it.
unset AWS_LAMBDA_MAX_CONCURRENCY
{clock}exec "{built}/$name"
