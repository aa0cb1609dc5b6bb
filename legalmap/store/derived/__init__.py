"""Tables that follow from the history and can be made anew."""
