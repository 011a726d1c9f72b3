"""PPO's tuned settings: the best of `aifgym tune`, see docs/results/ppo_tuning.csv."""

TUNED_PPO = {
    "learning_rate": 0.003,
    "n_steps": 64,
    "batch_size": 256,
    "n_epochs": 20,
    "gamma": 0.99,
    "gae_lambda": 0.9,
    "ent_coef": 0.01,
    "clip_range": 0.1,
}
TUNING = (
    "tuned on centre and noisy: the best of SB3's defaults and 23 random settings after 16,384 "
    "steps, the best 6 again for 65,536 steps with 2 other seeds, 2.4 million steps in all"
)
