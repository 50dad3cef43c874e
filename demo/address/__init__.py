"""The state of a page in its URL: the parameters, and the encoding of their values.

A URL is untrusted: parts that do not fit the card are left out. People keep links, so a parameter never changes its name
or its encoding.

    ?model=credit-default&lang=pl&start=regular@89ceed0b&months_late_now=2&…    a case: start, version and every value
    &view=share_used_now                                                 the view of the page
    &kept=eJyLVk…                                                        the saved cases
    ?model=comment-sentiment&lang=pl&_packed=AAAAbQ…                     all others, if they are long
    ?model=comment-sentiment&lang=pl&_stored=q3Zr0…                      an id, if they are too long to be packed
"""
