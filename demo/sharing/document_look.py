"""The look of what a visitor takes home: that of the visitor's meeting, else that of demo.toml."""

from demo.configuration.demo_file import DemoConfig
from demo.leave_behind.client_look import ClientLook
from demo.session import visitor


def get_look() -> ClientLook:
    """Return the name, the colour and the logo of this visit. The product's own name is no name of a client."""
    config = visitor.get_config()
    name = "" if config.title == DemoConfig.title else config.title
    return ClientLook(name, config.accent.light, config.logo)
