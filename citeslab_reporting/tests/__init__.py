from importlib.util import find_spec

if find_spec("hypothesis"):  # a test library that a host may lack
    from . import test_random_histories
