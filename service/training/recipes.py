"""The recipes of the bundled models, by name."""

from service.training import ad_response, comments, credit, diamonds, garments
from service.training.recipe import Recipe

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        credit.CREDIT_DEFAULT,
        credit.CREDIT_SCORECARD,
        comments.SENTIMENT,
        diamonds.PRICE,
        ad_response.AD_RESPONSE,
        garments.GARMENT,
    )
}
