from markupsafe import Markup

from odoo import api, models

from ..figures.consolidation import DEPARTMENT, NETWORK, PLAIN, REGION, STRUCTURE, SUM


# Apart from the adding up: what the screen and the paper show of it.
class CiteslabConsolidation(models.Model):
    """Tables of a consolidation, and why they add up as they do."""

    _inherit = "citeslab.consolidation"  # pylint: disable=consider-merging-classes-inherited

    @api.depends("line_ids", "missing_ids", "twice_count", "computed_on")
    def _compute_explanation(self):
        for one in self:
            one.explanation = one._explain() if one.computed_on else False

    def _explain(self, is_whole=True):
        """Why the total of the network is not the sum of what one sees.

        :param bool is_whole: whether distributions of people are shown
        """
        sentences = [
            self.env._(
                "The total of the network adds up what each structure counted: "
                "somebody met by two structures counts in both. It is not a number of "
                "distinct people."
            ),
            self._twice_sentence() if is_whole else self._working_sentence(),
        ]
        if any(not entry.company_id for entry in self.entry_ids):
            sentences.append(
                self.env._(
                    "Structures of other databases cannot be compared: no name leaves "
                    "them."
                )
            )
        if is_whole:
            sentences.append(self._secret_sentence())
        if self.missing_ids:
            sentences.append(
                self.env._(
                    "Missing: %(structures)s.",
                    structures=", ".join(self.missing_ids.mapped("name")),
                )
            )
        items = Markup("").join(Markup("<li>%s</li>") % text for text in sentences)
        return Markup("<ul>%s</ul>") % items

    def _working_sentence(self):
        return self.env._(
            "Working document: distributions of people are told once, in the "
            "published consolidation of the campaign."
        )

    def _twice_sentence(self):
        """How many people of this database several structures met."""
        if self.twice_count:
            return self.env._(
                "In this database, %(count)s people were met by several structures.",
                count=self.twice_count,
            )
        return self.env._(
            "In this database, fewer than %(count)s people were met by several "
            "structures.",
            count=self.threshold,
        )

    def _secret_sentence(self):
        return self.env._(
            "Numbers of people under %(count)s are kept secret, and some others with "
            "them, so that no subtraction gives them back: what is shown of a row may "
            "be less than its total.",
            count=self.threshold,
        )

    @api.depends("line_ids")
    def _compute_tables(self):
        for one in self:
            one.table_html = one._render("consolidation_regions")
            one.network_html = one._render("consolidation_network")

    def _render(self, template, is_whole=True):
        if not self.line_ids:
            return False
        return self.env["ir.qweb"]._render(
            f"citeslab_reporting.{template}", self._tables(is_whole)
        )

    def _paper(self):
        """What the paper shows: distributions of people once a campaign.

        :return: dict of HTML ``explanation``, ``regions``, ``network``
        """
        self.ensure_one()
        is_whole = bool(self.published_on)
        return {
            "explanation": self._explain(is_whole),
            "regions": self._render("consolidation_regions", is_whole),
            "network": self._render("consolidation_network", is_whole),
        }

    def _tables(self, is_whole=True):
        """What the screen and the paper show.

        :param bool is_whole: with what tells something of people
        :return: dict: ``columns`` and ``rows`` of the places, ``network`` figures
        """
        self.ensure_one()
        rules = self.env["citeslab.consolidation.rule"].search([])
        if not is_whole:
            rules = rules.filtered(lambda rule: rule.treatment in (SUM, PLAIN))
        columns = rules.filtered("in_table")
        lines = self.line_ids.filtered(lambda line: line.code in rules.mapped("code"))
        totals = {
            (line._place_key(), line.code): line
            for line in lines.filtered(lambda line: not line.item_code)
        }
        by_place = lines.grouped(lambda line: line._place_key())
        shown = [place for place in by_place if place[0] != STRUCTURE]
        return {
            "style": self.env["citeslab.bilan.renderer"]._style(),
            "columns": columns,
            "rows": [
                (place, [totals.get((place, rule.code)) for rule in columns])
                for place in self._place_order(shown)
            ],
            "names": {place: told[0]._place_name() for place, told in by_place.items()},
            "counts": {
                place: max(by_place[place].mapped("structure_count"))
                for place in shown
                if (place, columns[:1].code) in totals
            },
            "network": self._network_rows(rules, lines, totals),
        }

    @api.model
    def _network_rows(self, rules, lines, totals):
        """Each figure of the network: its rule, its total, its rows."""
        root = (NETWORK, False)
        items = lines.filtered(
            lambda line: line.level == NETWORK and line.item_code
        ).grouped("code")
        return [
            (rule, totals[root, rule.code], items.get(rule.code, lines.browse()))
            for rule in rules
            if (root, rule.code) in totals
        ]

    def _place_order(self, places):
        """Each region, its departments, then the network."""
        regions = self.env["citeslab.region"]
        found = regions.browse([key for level, key in places if key])
        ordered = []
        for region in found.filtered(lambda one: one.kind == "region").sorted("name"):
            ordered.append((REGION, region.id))
            ordered += [
                (DEPARTMENT, one.id)
                for one in found.filtered(
                    lambda one, region=region: one.parent_id == region
                ).sorted("code")
            ]
        known = set(ordered)
        others = [place for place in places if place not in known]
        return ordered + sorted(others, key=lambda place: place[0] == NETWORK)
