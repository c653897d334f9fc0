"""Code that several kinds of checks share: cases and attempts, diagnosis, predictions, figures, records of training."""
