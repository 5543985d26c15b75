"""What requests and reports share: which unit gets one, a dry run of rules, opening again, locks in one order."""
