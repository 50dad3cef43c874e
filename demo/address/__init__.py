"""The state of a page in its URL: the parameters, and the forms in which they hold values.

A URL comes from outside: what does not fit the card is left out. People keep links, so a parameter never changes its name
or its form.

    ?model=credit-default&lang=pl&start=regular&months_late_now=2        a case: what differs from its start
    &view=share_used_now                                                 what the page looks at
    &kept=eJyLVk…                                                        the saved cases
"""
