"""Reading what a person typed as the place they mean: spelling, questions and the order of what fits."""
