"""What several kinds of checks use: cases and attempts, diagnosis, predictions, figures, records of training."""
