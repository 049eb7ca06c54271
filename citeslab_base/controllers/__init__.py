from . import orientation_link
