"""PPO's tuned settings, found by `aifgym tune`, and at what cost."""

TUNED_PPO = {"n_steps": 64, "batch_size": 256}
TUNING = "tuned"
