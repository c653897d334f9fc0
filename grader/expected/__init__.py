"""The expected answers: inputs, reference, recorded answers, proofs and mutations."""
