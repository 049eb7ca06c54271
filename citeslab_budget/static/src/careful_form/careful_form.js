import {formView} from "@web/views/form/form_view";
import {registry} from "@web/core/registry";
import {x2ManyCommands} from "@web/core/orm_service";

function seenFields(record, names) {
    const seen = {};
    for (const name of names) {
        if (name in record._values) {
            seen[name] = record._formatServerValue(
                record.fields[name].type,
                record._values[name]
            );
        }
    }
    return seen;
}

/**
 * What the reader saw in the places that he changes.
 *
 * @param {Object} record the record of the form, before it is saved
 * @param {Object} changes what the form is about to send
 * @returns {Object} values by field, and by id and field for the lines
 */
export function seenValues(record, changes) {
    const plain = [];
    const seen = {};
    for (const [name, value] of Object.entries(changes)) {
        const type = record.fields[name].type;
        if (type === "one2many") {
            seen[name] = seenLines(record.data[name], value);
        } else if (type !== "many2many") {
            plain.push(name);
        }
    }
    return {...seen, ...seenFields(record, plain)};
}

function seenLines(list, commands) {
    const seen = {};
    for (const [command, id, values] of commands) {
        const line = list._cache[id];
        if (!line || !line.resId) {
            continue;
        }
        if (command === x2ManyCommands.UPDATE) {
            const names = Object.keys(values).filter(
                (name) => !["one2many", "many2many"].includes(line.fields[name].type)
            );
            seen[id] = seenFields(line, names);
        } else if (command === x2ManyCommands.DELETE) {
            const stored = Object.keys(line._values).filter(
                (name) =>
                    line.fields[name].type === "monetary" && !line.fields[name].readonly
            );
            seen[id] = seenFields(line, stored);
        }
    }
    return seen;
}

/**
 * Saves carry what was seen, those of a page that is being left as well.
 *
 * See citeslab.careful.save on the server.
 */
class CarefulRecord extends formView.Model.Record {
    async _save() {
        this._tellsSeen = Boolean(this.resId);
        try {
            return await super._save(...arguments);
        } finally {
            this._tellsSeen = false;
        }
    }

    _getChanges() {
        const changes = super._getChanges(...arguments);
        if (this._tellsSeen && Object.keys(changes).length) {
            this._tellsSeen = false;
            changes.citeslab_seen = seenValues(this, changes);
        }
        return changes;
    }
}

class CarefulModel extends formView.Model {
    static Record = CarefulRecord;
}

registry.category("views").add("citeslab_careful_form", {
    ...formView,
    Model: CarefulModel,
});
