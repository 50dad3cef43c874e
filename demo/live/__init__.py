"""The audience's own phones: a small page that follows the presenter, one event stream a phone, guesses and feedback."""
