import psycopg2

from odoo import models
from odoo.exceptions import UserError, ValidationError
from odoo.http import request

from ..tools import pdf


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the client whether our papers need no engine of the host."""
        return {**super().session_info(), "citeslab_prints": pdf.is_available()}

    @classmethod
    def _handle_error(cls, exception):
        """A value that no database holds is answered by a sentence, on our pages and
        models only: those of the host answer as they always did."""
        refused = cls._citeslab_refusal(exception)
        if refused:
            refused.__cause__ = exception
        return super()._handle_error(refused or exception)

    @classmethod
    def _citeslab_refusal(cls, exception):
        """What to say in the place of an error, ``None`` where the host says it well.

        :rtype: UserError | None
        """
        if cls._citeslab_cannot_be_kept(exception) and cls._citeslab_is_asked():
            return UserError(
                request.env._(
                    "This cannot be kept: a number is too large, a date does not exist "
                    "or a text holds a character that is none. Correct it and save "
                    "again."
                )
            )
        sentence = cls._citeslab_constraint_sentence(exception)
        return ValidationError(sentence) if sentence else None

    @classmethod
    def _citeslab_constraint_sentence(cls, exception):
        """The sentence of a constraint of ours, without the words that the host puts
        before it, in English whatever the language of the user.

        :rtype: str
        """
        cause = exception.__cause__
        if not isinstance(exception, ValidationError) or not isinstance(
            cause, psycopg2.IntegrityError
        ):
            return ""
        if not (cause.diag.table_name or "").startswith("citeslab_"):
            return ""
        return str(exception).partition(": ")[2]

    @classmethod
    def _citeslab_is_asked(cls):
        """Whether the request is for a page or a model of ours."""
        # nothing is read yet of a request that was refused at the door
        model = getattr(request, "params", {}).get("model")
        return request.httprequest.path.startswith("/citeslab") or (
            isinstance(model, str) and model.startswith("citeslab.")
        )

    @classmethod
    def _citeslab_cannot_be_kept(cls, exception):
        """Whether the database, or the way to it, refused a value for what it is.

        :param Exception exception: what saving it raised
        :rtype: bool
        """
        unheld = psycopg2.DataError | UnicodeEncodeError | OverflowError
        if isinstance(exception, unheld):
            return True
        # psycopg2 says it by a plain ValueError
        return isinstance(exception, ValueError) and "NUL (0x00)" in str(exception)
