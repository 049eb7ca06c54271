from . import calendar_feed, unsubscribe
