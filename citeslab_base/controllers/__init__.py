from . import orientation_link
from . import capture
