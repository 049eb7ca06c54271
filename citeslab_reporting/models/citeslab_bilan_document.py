from collections import defaultdict

from odoo import fields, models
from odoo.fields import Domain

from ..figures.matrix import Definition, Matrix, Section


# Apart from the counting: the figures put in order, and what the cover says.
class CiteslabBilan(models.AbstractModel):
    """The bilan as plain data: sections, structure, territory, who signs, who pays."""

    _inherit = "citeslab.bilan"  # pylint: disable=consider-merging-classes-inherited

    def _build(self, indicators, scope, figures):
        """The whole bilan as plain data."""
        before = scope.previous()
        return Matrix(
            structure=self._structure(scope.company),
            territory=self._territory(scope),
            period=(scope.first, scope.last),
            previous_period=(before.first, before.last),
            figures=figures,
            sections=self._sections(indicators),
            definitions=tuple(
                Definition(figure.code, figure.label, figure.definition)
                for figure in figures.values()
                if figure.definition
            ),
            meta=self._meta(scope),
        )

    def _sections(self, indicators):
        titles = indicators._fields["section"]._description_selection(self.env)
        codes = defaultdict(list)
        for indicator in indicators:
            codes[indicator.section].append(indicator.code)
        return tuple(
            Section(section.partition("_")[2], title, tuple(codes[section]))
            for section, title in titles
            if section in codes
        )

    def _structure(self, company):
        """What the cover says of the structure."""
        partner = company.sudo().partner_id
        values = {
            "name": partner.name,
            "city": partner.city,
            "siret": partner.company_registry,
            "website": partner.website,
            "logo": company.sudo().logo,
        }
        return {name: value for name, value in values.items() if value}

    def _told_territory(self, scope):
        """The territory of a scope: the given one, else the only one.

        sudo: a cover names it to whoever reads the figures.
        """
        Territory = self.env["citeslab.territory"]
        return (scope.territory or Territory._default_for(scope.company)).sudo()

    def _territory(self, scope):
        """What the cover says of the territory."""
        territory = self._told_territory(scope)
        if not territory:
            return None
        values = {
            "name": territory.name,
            "region": territory.region_id.name,
            "population": territory.population,
            "neighborhoods": [
                {
                    "code": area.code,
                    "name": area.name,
                    "population": area.population,
                    **({"year": area.population_year} if area.population_year else {}),
                }
                for area in territory.neighborhood_ids.filtered_domain(
                    territory.neighborhood_ids._domain_valid_at(scope.last)
                )
            ],
        }
        return {name: value for name, value in values.items() if value}

    def _meta(self, scope):
        """What is printed beside the figures."""
        areas = self.env["citeslab.neighborhood"].browse(scope.neighborhoods)
        funders = self._funders(scope)
        lacking = funders._logo_warning()
        filters = [scope.territory.name] if scope.territory else []
        return {
            "min_minutes": self._minimum_minutes(),
            "filters": filters + areas.mapped("name") + list(scope.communes),
            "generated_on": fields.Date.context_today(self),
            "author": self._author(scope),
            "funders": [
                {"name": funder.name, "logo": funder.logo or None} for funder in funders
            ],
            "warnings": [lacking] if lacking else [],
        }

    def _funders(self, scope):
        """Who supports the action in the period: their logos are shown (CDC §6.7).

        Funders of the conventions in force and of the money that is counted; the
        structure's own part is no support.

        :rtype: citeslab.funder records
        """
        conventions = self.env["citeslab.convention"].search(
            [
                ("company_id", "=", scope.company.id),
                ("state", "in", ("granted", "signed", "closed")),
                ("date_start", "<=", scope.last),
                ("date_end", ">=", scope.first),
            ]
        )
        money = self._source_model("citeslab.fact.money", scope)
        domain = self._source_domain("citeslab.fact.money", scope)
        domain &= Domain("is_funding", "=", True) & Domain("amount", ">", 0)
        paying = [funder for (funder,) in money._read_group(domain, ["funder_id"])]
        funders = conventions.funder_id.union(*paying)
        return funders.filtered(lambda one: not one.kind_id.is_own).sorted()

    def _author(self, scope):
        """Who signs: the chef de projet of the territory when there is one."""
        chefs = self._told_territory(scope).chef_ids
        return chefs.name if len(chefs) == 1 else None
