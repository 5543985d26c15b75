"""What is promised of a write, tried by breaking things: ``make faults``, results in ``docs/faults.md``."""
