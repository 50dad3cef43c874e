"""The sentences that the page's script shows by itself, in the reader's language."""

from demo.text.translation import Translation


def list_script_texts(tr: Translation) -> dict[str, str]:
    """Return name → sentence."""
    return {
        "offline": tr.text("No connection. The page tries again by itself; what you write is kept."),
        "gone": tr.text("This meeting has ended, or its link has changed. Please ask for the new link."),
        "guessing": tr.text("Sending your guess …"),
        "guessed": tr.text("Counted: {guess}. You can change it until the answer is shown."),
        "guess_waits": tr.text("Not counted yet: no answer. It is sent again by itself."),
        "guess_late": tr.text("Too late: the answer is on the screen already."),
        "own_guess": tr.text("Your guess: {guess}"),
        "sending": tr.text("Sending …"),
        "saved": tr.text("Saved. Thank you."),
        "waits": tr.text("Not saved yet: the service does not answer. It is kept here and sent as soon as it does."),
        "waiting": tr.text("What you wrote is kept on this phone and not saved yet. It is sent as soon as possible."),
        "refused": tr.text("This could not be stored. Please check what you wrote."),
        "again": tr.text("Say something else"),
        "busy": tr.text("Too many requests from this phone. Please wait a moment."),
        "no_answer": tr.text("No answer at the moment. Please try again."),
    }
