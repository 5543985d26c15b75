from nuanyi.journal.rules import declare

ERRAND_RUN = declare("toy.errand_run", "An errand was run")
