"""One file per stage: a coroutine from the results of earlier stages to its own."""
