"""What the report says of its own limits."""

from aifgym.benchmarks.analysis.summaries import Study
from synthetic_results import references, said, seeds_of


def test_honesty_names_who_is_better_who_is_as_good_and_what_was_given():
    ours = seeds_of("aifgym", 5.0, 5.1, 5.2, given="transition matrix B; target state")
    better = seeds_of("PPO tuned", 5.8, 5.9, 5.9, given="rewards; no memory")
    as_good = seeds_of("PPO", 5.0, 5.05, 5.3, given="rewards; target state")
    study = Study([*references(), *ours, *better, *as_good])
    text = said(study)
    assert "centre: better than ours" in text
    assert "interval above it: PPO tuned 0.96" in text
    assert "overlaps it or a difference that may be 0: PPO 0.7" in text
    assert "Given to aifgym and listed by no other: transition matrix B." in text
    assert "aifgym does not. PPO: rewards. PPO tuned: rewards; no memory." in text
    assert (
        "by episode, with the choice of seeds and of episodes in the interval: centre: PPO" in text
    )
    assert "exact Bayes, by episode: centre -" in text
    assert "Training seeds per scenario: 3 (PPO, PPO tuned, aifgym)" in text


def test_honesty_does_not_claim_a_rival_where_ours_is_ahead():
    study = Study([*references(), *seeds_of("aifgym", 5.0, 5.1), *seeds_of("PPO", 2.0, 2.1)])
    text = said(study)
    assert "In none of its 1 scenarios does the interval of another library's learner" in text
    assert "better than ours" not in text
    assert "No trial failed." in text


def test_who_is_behind_by_luck_of_the_episodes_is_as_good():
    ours = seeds_of("aifgym", 5.0, 5.0, 5.0, episode_returns=[0.0, 10.0])
    luck = seeds_of("PPO", 4.9, 4.9, 4.9, episode_returns=[5.0, 4.8])
    behind = seeds_of("PPO tuned", 4.9, 4.9, 4.9, episode_returns=[-0.1, 9.9])
    text = said(Study([*references(), *ours, *luck, *behind]))
    assert "or a difference that may be 0: PPO 0.725 [0.725, 0.725]." in text


def test_honesty_says_what_the_costly_ones_cost_and_where_the_recipe_fails():
    results = []
    for scenario in ("centre", "noisy"):
        results += references(scenario)
        results += seeds_of("aifgym", 5, 5, 5, scenario=scenario, train_cpu_seconds=2.0)
        results += seeds_of("tutorial's recipe", 2.5, 2.5, 6.0, scenario=scenario)
    results += seeds_of("RecurrentPPO", 5, 5, scenario="noisy", train_cpu_seconds=50.0)
    text = said(Study(results))
    assert "RecurrentPPO ran in 1 of 2 scenarios, with at most 2 training seeds" in text
    assert "25.0 times the CPU seconds of aifgym's" in text
    assert "too costly to run it as often." in text
    assert "below a score of 0.5 in 4 of 6 trials (2 scenarios)" in text


def test_honesty_says_where_more_steps_or_tuning_did_not_pay():
    ours = seeds_of("aifgym", 5.0, 5.0) + seeds_of("aifgym", 4.0, 4.5, budget=4_096)
    ppo = [*seeds_of("PPO", 4.5, 4.5), *seeds_of("PPO tuned", 4.0, 4.0)]
    text = said(Study([*references(), *ours, *ppo]))
    assert "Worse after more steps: centre 0.562 [0.500, 0.625], after 1,024 steps 0.750" in text
    assert "PPO tuned is no better than PPO with its defaults in centre (0.500" in text
    text = said(Study([*references(), *seeds_of("aifgym", 5.0), *seeds_of("PPO", 4.5)]))
    assert "Worse after more" not in text
    assert "no better than" not in text


def test_honesty_says_who_was_ahead_earlier_and_who_stopped_early():
    ours = seeds_of("aifgym", 3.0, 3.0) + seeds_of("aifgym", 6.0, 6.0, budget=4_096)
    study = Study([*references(), *ours, *seeds_of("PPO", 5.0, 5.0)])
    assert "centre: not run up to 4,096 steps: PPO 1,024." in said(study)
    study = Study([*study.results, *seeds_of("PPO", 5.0, 5.0, budget=4_096)])
    assert "higher mean than ours had: centre at 1,024 (PPO)." in said(study)


def test_honesty_says_whose_trainings_failed_and_who_is_not_done():
    results = references() + seeds_of("aifgym", 3.0, 5.0) + seeds_of("PPO", 3.0, 3.1)
    results += seeds_of("aifgym", 5.0, 5.0, budget=4_096) + seeds_of("PPO", 5.0, 5.1, budget=4_096)
    text = said(Study(results))
    assert "Trainings with a score below 0.5: centre at 1,024 (1 of 2)." in text
    assert "may help: PPO in centre (0.262, then 0.762)." in text
