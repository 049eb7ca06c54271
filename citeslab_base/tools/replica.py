"""Reading on a standby of the database (``db_replica_host``), which may lag."""

from odoo.http import request


def once_there(model, argument="record_id"):
    """Value of ``readonly`` for a route that reads one record.

    The record may have been written a moment ago: until the standby has it, the
    request is served by the primary.

    :param str model: model of the record
    :param str argument: argument of the route that holds its number
    """

    def is_there(_controller, _rule, arguments):
        if not request.env.cr.readonly:  # no standby: nothing to ask
            return True
        # sudo: whether it is there only; the route checks the rights
        record = request.env[model].sudo().browse(arguments[argument])
        return bool(record.exists())

    return is_there
