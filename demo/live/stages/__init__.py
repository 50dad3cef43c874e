"""What a phone shows: cases, answers, guesses and forms as HTML, and the answers of the service that they need."""
