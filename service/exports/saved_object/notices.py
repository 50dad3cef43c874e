"""What the reader of an archive may do with it, and what the model learned from: LICENCE.md, DATA.md, and its model file."""

from service.exports.saved_object.pinned_packages import PinnedPackage
from service.exports.wheel.card_texts import markdown
from service.model_process.environment_file import ModelEnvironment
from service.schemas import Card

MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""
"""https://opensource.org/license/mit"""
_FORMS = {
    "skops": "the fitted model, as skops saves it",
    "pickle": "the fitted model, as pickle, joblib or cloudpickle save it; to open it is to run the code in it",
    "mlflow": "the folder of MLflow that was handed over, packed",
    "lightgbm": "the fitted model, in the format of LightGBM",
    "xgboost": "the fitted model, in the format of XGBoost",
    "catboost": "the fitted model, in the format of CatBoost",
    "recipe": "the function that was handed over, which makes the model; to open it is to run its code",
}


def licence_notice(card: Card, packages: list[PinnedPackage]) -> str:
    """Return LICENCE.md: the licences of the model's data, of the code in the archive, and of the packages that it needs."""
    data = (card.training and markdown(card.training.licence)) or "not named on the card: ask the owner of the model"
    listed = "\n".join(
        f"| {each.name} {each.version} | {markdown(each.licence) or 'see the package'} |" for each in packages
    )
    return f"""# Licences

**The model.** Nothing on its card grants rights to the model itself; its owner decides. It learned from data whose
licence is: {data}. [DATA.md](DATA.md) says more.

**The code** in `_witryna/`, `verify.py` and the files beside them is a part of Witryna.
Copyright the Witryna founders. MIT licence:

{MIT}

**The packages** of `requirements.txt` are not in this archive. They say of themselves:

| package | licence |
|---|---|
{listed}
"""


def data_notice(card: Card) -> str:
    """Return DATA.md: where the data come from, what they are not good for, and which files of the archive hold rows."""
    training = card.training
    facts = []
    if training:
        named = {
            "Data": training.data,
            "Source": training.source,
            "Licence": training.licence,
            "Period": training.period,
            "Method": training.algorithm,
        }
        facts = [f"- **{name}.** {markdown(text)}" for name, text in named.items() if text]
        if training.rows:
            facts.append(f"- **Rows.** Fitted on {training.rows:,}, measured on {training.held_out_rows:,}.")
    facts += [f"- **Not for.** {markdown(text)}" for text in card.not_for]
    facts += [f"- **Limit.** {markdown(text)}" for text in card.limits]
    if card.evaluation_note:
        facts.append(f"- **Evaluation.** {markdown(card.evaluation_note)}")
    known = "\n".join(facts) or "The card does not say what the model learned from."
    return f"""# Data

{known}

**Rows of the data are in this archive.** They are as confidential as the data themselves:

| file | rows |
|---|---|
| `bundle/reference.json` | rows of the training data, which explanations need |
| `bundle/card.json` | examples, and {len(card.real_rows):,} real rows |
| `bundle/evaluation.json` | the rows with the largest mistakes |
| `examples.json` | the same rows as on the card, with the answers of the model |
"""


def model_file_notice(card: Card, environment: ModelEnvironment) -> str:
    """Return which file is the model, and whether the fitted model is in the archive."""
    if card.scoring.scorer == "onnx":
        return (
            "\nThe model is `bundle/model.onnx`, a graph of ONNX with its preprocessing. The fitted object of "
            f"scikit-learn or another library is not in this archive, because the bundle does not keep it: on "
            f"{card.scoring.gate_rows:,} real rows, its answers and those of the graph differed by "
            f"{card.scoring.gate_difference:.1e} at most. To fit it again, keep the program that fitted it.\n"
        )
    return f"\nThe model is `bundle/{environment.model_file}`: {_FORMS[environment.form]}.\n"
