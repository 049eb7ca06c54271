import io
import json
import zipfile

from odoo import api, fields, models
from odoo.tools import html2plaintext

from ..tools import pdf
from ..tools.dates import DEFAULT_TIMEZONE

# Where a person's rows only repeat others, or serve the machine.
SILENT_MODELS = {
    "calendar.attendee",
    "citeslab.register.row",
    "mail.followers",
    "mail.notification",
    "mail.message.schedule",
    "mail.mail",
    "mail.tracking.value",
}
SILENT_FIELDS = {
    "id", "create_uid", "create_date", "write_uid", "write_date", "color",
    "sequence", "access_token", "signup_type", "commercial_partner_id",
    "message_bounce", "parent_id", "team_id", "res_model", "res_id", "res_model_id",
    "model", "message_id", "reply_to", "automated_probability", "probability",
    "name_normalized", "complete_name", "email_normalized", "phone_sanitized",
    "type", "is_company", "partner_share", "is_hidden_porteur",
    "iap_enrich_done", "raw", "db_datas", "store_fname", "checksum", "file_size",
}  # fmt: skip


class CiteslabAccessDocument(models.AbstractModel):
    """Everything that is known of a person, to be handed to the person.

    It walks the same register as the erasure: what one forgets, the other does too.
    """

    _name = "citeslab.access.document"
    _description = "All That Is Known of a Person"

    @api.model
    def _sections(self, partner):
        """What is known, section by section, as a person can read it.

        :param partner: one ``res.partner``
        :return: sections with a title and rows of ``(label, value)``
        :rtype: list[dict]
        """
        # sudo: the person has a right to all of it, whatever the chef's own rights
        data = self.env["citeslab.personal.data"].sudo()
        scope = data._scope(partner.sudo())
        sections = []
        for name in data._installed():
            ids = scope.ids.get(name)
            if not ids or name in SILENT_MODELS:
                continue
            records = self.env[name].sudo().with_context(active_test=False)
            records = records.browse(sorted(ids)).exists()
            rows = [row for record in records if (row := self._told(record))]
            if rows:
                title = self.env["ir.model"]._get(name).sudo().name
                sections.append({"model": name, "title": title, "records": rows})
        return sections

    def _told(self, record):
        """Label and value of each field of a record that says something.

        :rtype: list[tuple[str, str]]
        """
        described = record.fields_get(attributes=["string"])
        told = []
        for name, field in record._fields.items():
            if not field.store or name in SILENT_FIELDS or name not in described:
                continue
            text = self._text(record, name, field)
            if text:
                told.append((described[name]["string"], text))
        return told

    def _text(self, record, name, field):
        value = record[name]
        if field.type in ("binary", "properties", "json") or value in (False, None):
            return ""
        if field.type == "boolean":
            return self.env._("yes")
        if field.type == "html":
            return html2plaintext(value).strip()
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if field.relational:
            return ", ".join(name or "" for name in value.mapped("display_name"))
        if field.type == "datetime":
            zone = record.env.context.get("tz") or DEFAULT_TIMEZONE
            moment = fields.Datetime.context_timestamp(
                record.with_context(tz=zone), value
            )
            return moment.strftime("%Y-%m-%d %H:%M")
        return str(value) if value != 0 else ""

    @api.model
    def _archive(self, partner):
        """The document as people read it, as machines read it, and the files.

        :param partner: one ``res.partner``
        :return: content of a ZIP
        :rtype: bytes
        """
        sections = self._sections(partner)
        page = self.env["ir.qweb"]._render(
            "citeslab_base.access_document",
            {
                "docs": partner,
                "sections": sections,
                "today": fields.Date.context_today(self),
            },
        )
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("dossier.html", str(page))
            if pdf.is_available():
                archive.writestr("dossier.pdf", pdf.print_html(str(page)))
            text = json.dumps(sections, ensure_ascii=False, indent=2)
            archive.writestr("dossier.json", text)
            for name, content in self._files(partner):
                archive.writestr(f"fichiers/{name}", content)
        return buffer.getvalue()

    def _files(self, partner):
        # sudo: as for the sections
        scope = self.env["citeslab.personal.data"].sudo()._scope(partner.sudo())
        files = (
            self.env["ir.attachment"]
            .sudo()
            .browse(sorted(scope.ids.get("ir.attachment", ())))
        )
        for file in files.exists():
            if file.raw and not file.res_field:
                yield f"{file.id}-{(file.name or '').replace('/', '-')}", file.raw
