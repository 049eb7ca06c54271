from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.headcount import Counted, absorb, fits
from ..tools.roles import ROLES
from .selections import AGE_BANDS, GENDER


class CiteslabHeadcountHolder(models.AbstractModel):
    """What people were counted at: its head-count absorbs those known by name.

    The total never moves: only its named part grows. A concrete model has the lines
    (``headcount_ids``) and tells who is known by name (``_named_people``).
    """

    _name = "citeslab.headcount.holder"
    _description = "Holder of a Head-count"

    headcount_total = fields.Integer(
        string="People Counted",
        groups=ROLES,
        copy=False,
        help="Everybody who was there, those known by name included. What the "
        "details do not tell is counted as unknown; empty: what the details add up to.",
    )
    headcount_people = fields.Integer(
        compute="_compute_headcount_people", store=True, groups=ROLES
    )
    headcount_told = fields.Integer(compute="_compute_headcount_told", groups=ROLES)

    _headcount_positive = models.Constraint(
        "CHECK (headcount_total IS NULL OR headcount_total >= 0)",
        "A number of people cannot be negative.",
    )

    @api.depends("headcount_ids.count", "headcount_total")
    def _compute_headcount_people(self):
        """What was counted; the details make it where no total was typed."""
        for holder in self:
            told = sum(holder.headcount_ids.mapped("count"))
            holder.headcount_people = holder.headcount_total or told

    @api.depends("headcount_ids.count")
    def _compute_headcount_told(self):
        for holder in self:
            holder.headcount_told = sum(holder.headcount_ids.mapped("count"))

    @api.constrains("headcount_total")
    def _check_headcount_total(self):
        self._check_headcount()

    def _named_people(self):
        """The people known by name who were there.

        :return: ``Named`` of ``tools/headcount.py``, one for each
        :rtype: list
        """
        raise NotImplementedError

    def _check_headcount(self):
        """A head-count adds up, and has room for everybody known by name.

        :raise ValidationError: details above the total, or more people known by
            name than the head-count holds, in all or of one gender, age or quartier
        """
        for holder in self:
            told = sum(holder.headcount_ids.mapped("count"))
            if holder.headcount_total and told > holder.headcount_total:
                raise ValidationError(
                    self.env._(
                        "The details of %(event)s add up to %(told)s people for "
                        "%(total)s present: correct one of them.",
                        event=holder.name,
                        told=told,
                        total=holder.headcount_total,
                    )
                )
            if holder.headcount_people:
                holder._check_room()

    def _check_room(self):
        """Whether the head-count can absorb the people known by name."""
        people = self._named_people()
        if len(people) > self.headcount_people:
            raise ValidationError(
                self.env._(
                    "The head-count of %(event)s holds %(total)s people, all of them "
                    "already known by name: raise it first.",
                    event=self.name,
                    total=self.headcount_people,
                )
            )
        lines = list(self._headcount_lines().values())
        left_out = absorb(people, lines)
        if left_out:
            alike = [line for line in lines if fits(left_out, line)]
            raise ValidationError(
                self.env._(
                    "%(event)s: %(room)s people counted (%(traits)s), all of them "
                    "already known by name. Correct the head-count first.",
                    event=self.name,
                    room=sum(line.count for line in alike),
                    traits=self._traits_label(left_out),
                )
            )

    def _headcount_lines(self):
        """Lines to absorb people into, the undetailed rest among them.

        :return: ``Counted`` by row of the head-count, the rest under an empty one
        :rtype: dict
        """
        rows = self.headcount_ids
        lines = {
            row: Counted(
                row.count,
                row.gender or None,
                row.age_band or None,
                row.neighborhood_id.id or None,
            )
            for row in rows
        }
        rest = self.headcount_people - sum(rows.mapped("count"))
        if rest > 0:
            lines[rows.browse()] = Counted(rest)
        return lines

    def _traits_label(self, person):
        """What is known of somebody, in words."""
        area = self.env["citeslab.neighborhood"].browse(person.area)
        Headcount = self.env["citeslab.headcount"]
        words = []
        for name, values in (("gender", GENDER), ("age_band", AGE_BANDS)):
            value = getattr(person, name)
            if value in dict(values):
                labels = Headcount._fields[name]._description_selection(self.env)
                words.append(dict(labels)[value])
        words += [area.name] if area else []
        return ", ".join(words)

    def _named_by_row(self):
        """How many people of each row of the head-count are known by name.

        :return: ``citeslab.headcount`` → number
        :rtype: dict
        """
        lines = self._headcount_lines()
        absorb(self._named_people(), list(lines.values()))
        return {row: len(line.named) for row, line in lines.items() if row}
