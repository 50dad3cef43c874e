"""The program that runs a fitted model with the packages that it was fitted with. It imports nothing of ours.

Its environment needs numpy and pandas beside the packages of the model. It runs on Python 3.9 and later.
"""
