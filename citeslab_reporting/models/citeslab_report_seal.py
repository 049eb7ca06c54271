import json
from base64 import b64decode, b64encode

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..figures.matrix import DECLARED
from ..figures.sealed import Sealed, canonical, counted_total, digest, restate
from .citeslab_report import SEALED

# Columns that the database itself keeps once a report is submitted.
KEPT = (
    *(name for name in SEALED if name not in ("lang",)),
    "company_id",
    "territory_id",
    "date_from",
    "date_to",
    "kind",
    "supersedes_id",
)


# Apart from the way of a report from hand to hand: what is frozen of it, and the proof.
class CiteslabReport(models.Model):
    """What a submission freezes: figures, what they counted, files, one seal."""

    _inherit = "citeslab.report"  # pylint: disable=consider-merging-classes-inherited

    def init(self):
        """The database keeps what is frozen, also from whoever writes SQL."""
        conditions = SQL(" OR ").join(
            SQL(
                "NEW.%(name)s IS DISTINCT FROM OLD.%(name)s",
                name=SQL.identifier(name),
            )
            for name in KEPT
        )
        self.env.cr.execute(
            SQL(
                """
                CREATE OR REPLACE FUNCTION citeslab_report_keep() RETURNS trigger AS $$
                BEGIN
                    IF OLD.state = 'draft' AND TG_OP = 'DELETE' THEN
                        RETURN OLD;
                    ELSIF OLD.state = 'draft' THEN
                        RETURN NEW;
                    ELSIF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                              MESSAGE = 'A submitted report never changes.';
                    ELSIF NEW.state = 'draft' OR %s THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                              MESSAGE = 'A submitted report never changes.';
                    END IF;
                    RETURN NEW;
                END $$ LANGUAGE plpgsql;
                DROP TRIGGER IF EXISTS citeslab_report_keep ON citeslab_report;
                CREATE TRIGGER citeslab_report_keep
                       BEFORE UPDATE OR DELETE ON citeslab_report
                       FOR EACH ROW EXECUTE FUNCTION citeslab_report_keep();
                """,
                conditions,
            )
        )

    # Lines: the figures of now as they would be frozen

    def _sealed_now(self):
        """The figures of now as the lines of a frozen report.

        :return: list of ``(Sealed, definition)``
        """
        matrix = self._matrix()
        return [
            (sealed, values["definition"]) for values, sealed in self._lines_of(matrix)
        ]

    def _lines_of(self, matrix):
        """Lines of a matrix: values of the records, and plain data.

        :return: list of ``(values, Sealed)``
        """
        bilan = self.env["citeslab.bilan"]
        scope = self._scope()
        counted = bilan._counted(matrix, scope)
        indicators = {
            one.code: one
            for one in self.env["citeslab.indicator"]._for_company(self.company_id)
        }
        origins = bilan._declared_tallies(
            self.env["citeslab.indicator"].union(*indicators.values()), scope
        )
        lines = []
        for code in dict.fromkeys(c for s in matrix.sections for c in s.figures):
            figure, indicator = matrix.figures[code], indicators[code]
            parts = counted.get(code, {})
            origin = origins.get(indicator) if figure.status == DECLARED else None
            shared = {
                "code": code,
                "section": figure.section,
                "kind": figure.kind,
                "status": figure.status,
                "definition": figure.definition,
                "spec": bilan._spec(indicator),
                "origin": origin and origin.source,
            }
            lines.append(self._line_of(figure, None, shared, parts.get(None, {})))
            for item in figure.items:
                lines.append(
                    self._line_of(item, item.code, shared, parts.get(item.code, {}))
                )
        return [
            ({**values, "sequence": rank}, sealed)
            for rank, (values, sealed) in enumerate(lines)
        ]

    def _line_of(self, part, item_code, shared, counted):
        """One line: a figure, or one of its rows."""
        values = {
            **shared,
            "item_code": item_code or False,
            "label": part.label,
            "has_value": part.value is not None,
            "value": part.value or 0,
            "has_previous": part.previous is not None,
            "previous": part.previous or 0,
            "percent": getattr(part, "percent", None) or 0,
            "records": canonical(
                [[*key, counted[key]] for key in sorted(counted)] if counted else []
            ),
            "record_count": len(counted),
        }
        sealed = Sealed(
            code=shared["code"],
            item=item_code,
            label=part.label,
            kind=shared["kind"],
            value=part.value,
            counted=counted,
            spec=shared["spec"],
        )
        return values, sealed

    # Freeze

    def _freeze(self):
        """Write the figures, what they counted, the files and the seal, once."""
        self.lock_for_update()
        renderer = self.env["citeslab.report.renderer"]
        matrix = self._matrix()
        lines = self._lines_of(matrix)
        self._prove(lines)
        now = fields.Datetime.now()
        changes = self._restatement([sealed for _values, sealed in lines], now)
        content = renderer._content(self, matrix, changes)
        pdf, xlsx = renderer._report_files(self, matrix, content)
        figures = matrix.as_json()
        written = self._write_lines(values for values, _sealed in lines)
        manifest = self._manifest(
            now,
            figures=digest(figures),
            lines=written._digest(),
            sections=renderer._content_seal(content),
            restatement=changes,
            pdf=digest(pdf),
            xlsx=digest(xlsx),
        )
        # as superuser: these fields are written by the submission and nobody else
        self.sudo().write(
            {
                "figures": figures,
                "manifest": manifest,
                "restatement": canonical(changes),
                "content_hash": digest(manifest),
                "previous_hash": self.supersedes_id.content_hash,
                "frozen_on": now,
                "submitted_by_id": self.env.user.id,
                "lang": renderer._lang(),
                "pdf_file": b64encode(pdf),
                "xlsx_file": b64encode(xlsx),
                "state": "submitted",
            }
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.env.flush_all()

    def _write_lines(self, values_list):
        own = {"report_id": self.id, "company_id": self.company_id.id}
        Line = self.env["citeslab.report.line"]
        return Line.create([{**values, **own} for values in values_list])

    def _manifest(self, now, **seals):
        """What the seal of a version covers, in canonical JSON.

        :param datetime now: moment of the submission
        :param seals: what was sealed of each part
        """
        return canonical(
            {
                "schema": "citeslab.report/1",
                "report": self._identity(now),
                "claims": [
                    {
                        "text": claim.text,
                        "status": claim.status,
                        "message": claim.message or None,
                        "reason": claim.reason or None,
                    }
                    for claim in self.claim_ids
                ],
                "export": digest(b64decode(self.sudo().export_file)),
                **seals,
            }
        )

    def _identity(self, now):
        """What the report is, inside its seal."""
        return {
            "id": self.id,
            "structure": self.company_id.name,
            "company_id": self.company_id.id,
            "territory_id": self.territory_id.id or None,
            "neighborhood_ids": sorted(self.neighborhood_ids.ids),
            "communes": self._commune_list(),
            "from": self.date_from.isoformat(),
            "to": self.date_to.isoformat(),
            "kind": self.kind,
            "version": self.version,
            "funder": self.funder_id.name or None,
            "previous": self.supersedes_id.content_hash or None,
            "frozen_on": fields.Datetime.to_string(now),
            "submitted_by": self.env.user.name,
        }

    def _prove(self, lines):
        """Check that each counted figure is what its records add up to.

        :raises UserError: a figure and its records differ: nothing is frozen
        """
        for values, sealed in lines:
            spec = json.loads(sealed.spec)
            if values["status"] != "ok" or sealed.value is None or spec["divisor"]:
                continue
            total = counted_total(sealed)
            if abs((total or 0) - sealed.value) > 0.011:
                raise UserError(
                    self.env._(
                        "%(figure)s says %(value)s and its records %(total)s: the "
                        "report is not frozen. Tell whoever looks after the software.",
                        figure=sealed.label,
                        value=sealed.value,
                        total=total,
                    )
                )

    # What differs from the version before

    def _total_lines(self):
        return self.line_ids.filtered(lambda line: not line.item_code)

    def _restatement(self, lines, now):
        """Differences with the version before, as plain values.

        :param lines: :class:`Sealed` lines of this version
        :rtype: list[dict]
        """
        former = self.supersedes_id
        if not former:
            return []
        changes = restate(former.line_ids._sealed(), lines)
        scope = self._scope()
        keys = {key for change in changes for key in (*change.added, *change.changed)}
        late = self.env["citeslab.bilan"]._born_after(keys, scope, former.frozen_on)
        names = {line.code: line.label for line in lines if not line.item}
        colon = self.env["citeslab.report.renderer"]._words()["colon"]
        return [
            {
                **change.as_dict(),
                "label": f"{names.get(change.code, change.code)}{colon}{change.label}"
                if change.item
                else change.label,
                "late": [list(key) for key in change.added if key in late],
            }
            for change in changes
        ]

    # Proof

    def _problems(self):
        """What does not match the seal any more; empty when all is as submitted.

        :rtype: list[str]
        """
        self.ensure_one()
        seal = json.loads(self.manifest)
        checks = (
            (self.env._("seal"), digest(self.manifest), self.content_hash),
            (self.env._("figures"), digest(self.figures), seal["figures"]),
            (self.env._("PDF"), digest(b64decode(self.pdf_file)), seal["pdf"]),
            (self.env._("workbook"), digest(b64decode(self.xlsx_file)), seal["xlsx"]),
            (
                self.env._("version before"),
                self.supersedes_id.content_hash or None,
                seal["report"]["previous"],
            ),
            (self.env._("lines"), self.line_ids._digest(), seal["lines"]),
        )
        return [label for label, found, sealed in checks if found != sealed]

    def action_verify(self):
        """Compare all that is kept with the seal, and tell."""
        self.ensure_one()
        problems = self._problems()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "danger" if problems else "success",
                "sticky": bool(problems),
                "message": self.env._(
                    "Not as submitted: %(parts)s.", parts=", ".join(problems)
                )
                if problems
                else self.env._("Everything is as it was submitted."),
            },
        }
