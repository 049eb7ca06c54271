from odoo import api, fields, models
from odoo.tools import format_date

from ..tools.dates import local_date, local_moment


class CiteslabDay(models.AbstractModel):
    """What waits for somebody today: the first screen of a volunteer."""

    _name = "citeslab.day"
    _description = "Day of a Volunteer"

    @api.model
    @api.readonly
    def citeslab_today(self):
        """Tell the current user's day, as his own rights let him read it.

        :return: ``date`` in words, and ``items`` by hour, see :meth:`_items`
        :rtype: dict
        :raise AccessError: somebody without a CitésLab role
        """
        company = self.env.company
        day = local_date(fields.Datetime.now(), company)
        items = self._items(company, day)
        for item in items:
            start = item.pop("start")
            item["hour"] = f"{local_moment(start, company):%H:%M}" if start else ""
        return {
            "date": format_date(self.env, day, date_format="EEEE d MMMM"),
            "items": sorted(items, key=lambda item: (item["hour"], item["name"])),
        }

    @api.model
    def _items(self, company, day):
        """What the user has to do on a day; an addon adds its own through super().

        :param company: structure
        :param date day: day in the structure's zone
        :return: dicts of ``start`` (naive UTC, or nothing), ``name``, ``place``,
            ``icon``, ``res_model`` and ``res_id``
        :rtype: list[dict]
        """
        interviews = self.env["citeslab.interview"].search(
            [
                ("company_id", "=", company.id),
                ("user_id", "=", self.env.uid),
                ("date", "=", day),
                ("state", "=", "planned"),
            ]
        )
        return [
            {
                "start": interview.start,
                "name": interview.display_name,
                "place": interview.place_id.name or interview.place or "",
                "icon": "fa-user",
                "res_model": "citeslab.interview",
                "res_id": interview.id,
            }
            for interview in interviews.with_context(citeslab_names=True)
        ]
