import {_t} from "@web/core/l10n/translation";
import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";

/** A record whose form names what is still to be filled in, not only that it is. */
class TellingRecord extends formView.Model.Record {
    _displayInvalidFieldNotification() {
        const names = [...this._invalidFields].filter((name) => this.fields[name]);
        if (!names.length) {
            return super._displayInvalidFieldNotification();
        }
        const labels = names.map((name) => this.fields[name].string).join(", ");
        return this.model.notification.add(_t("Still to fill in: %s", labels), {
            type: "danger",
        });
    }
}

class TellingModel extends formView.Model {
    static Record = TellingRecord;
}

registry.category("views").add("citeslab_told_form", {
    ...formView,
    Model: TellingModel,
});
