from aifgym.training.descent.recipes import LEARNED, recipe_for


def test_recipes_follow_the_number_of_states():
    assert recipe_for(5, True).finetune is None
    assert recipe_for(5, False) == LEARNED[5]
    assert recipe_for(6, True) == LEARNED[10]
    assert recipe_for(200, False) == LEARNED[50]
