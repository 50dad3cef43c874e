"""The recipes of the bundled models, by name."""

from service.training import comments, credit, diamonds
from service.training.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe for recipe in (credit.CREDIT_DEFAULT, credit.CREDIT_SCORECARD, comments.SENTIMENT, diamonds.PRICE)
}
