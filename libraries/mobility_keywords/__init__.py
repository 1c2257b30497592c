"""The keywords by topic: they convert, delegate to `powervm`, log and return; they decide nothing."""
