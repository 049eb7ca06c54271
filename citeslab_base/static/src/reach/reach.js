import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * A phone number as three links of one's own phone: call, SMS and WhatsApp with the
 * text already written. No provider is needed.
 */
export class Reach extends Component {
    static template = "citeslab_base.Reach";
    static props = {...standardFieldProps};

    get number() {
        return (this.props.record.data[this.props.name] || "").trim();
    }

    /** Digits as a phone dials them. */
    get dialled() {
        return this.number.replace(/[^+\d]/g, "");
    }

    /** Digits with the country, which WhatsApp needs; none when it is not known. */
    get international() {
        return this.props.record.data.reach_number || "";
    }

    get text() {
        return encodeURIComponent(this.props.record.data.reach_text || "");
    }
}

registry.category("fields").add("citeslab_reach", {
    component: Reach,
    supportedTypes: ["char"],
    fieldDependencies: [
        {name: "reach_text", type: "char", readonly: true},
        {name: "reach_number", type: "char", readonly: true},
    ],
});
