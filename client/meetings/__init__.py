"""Client.meetings and Client.audience: the calls of presenters and of their audience."""
