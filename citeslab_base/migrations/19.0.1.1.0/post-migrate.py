"""RDV of one chef at the same moment, from before the database refused them."""


def migrate(cr, version):
    """Keep them all: each that another one already holds the hour of is a shared one.

    Without it the constraint of :class:`CiteslabInterview` cannot be added, and the
    second of two bookings of an hour would no longer be refused.

    :param str version: version that the database had
    """
    cr.execute(
        """
        UPDATE citeslab_interview later
           SET is_shared = TRUE
         WHERE later.kind = 'interview'
           AND later.state IN ('planned', 'done')
           AND later.is_shared IS NOT TRUE
           AND EXISTS (
               SELECT 1
                 FROM citeslab_interview earlier
                WHERE earlier.id < later.id
                  AND earlier.user_id = later.user_id
                  AND earlier.kind = 'interview'
                  AND earlier.state IN ('planned', 'done')
                  AND earlier.is_shared IS NOT TRUE
                  AND tsrange(earlier.start, earlier.stop)
                      && tsrange(later.start, later.stop))
        """
    )
