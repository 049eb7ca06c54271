from . import slides
