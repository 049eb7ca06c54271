import {FormController} from "@web/views/form/form_controller";
import {formView} from "@web/views/form/form_view";
import {onMounted} from "@odoo/owl";
import {registry} from "@web/core/registry";

/** The grid opens with the keyboard on the outcome of its first line. */
export class OutcomeGridController extends FormController {
    setup() {
        super.setup();
        onMounted(() => {
            const cell = ".o_data_row:first-child td[name='value']";
            this.rootRef.el?.querySelector(cell)?.click();
        });
    }
}

registry.category("views").add("citeslab_outcome_grid", {
    ...formView,
    Controller: OutcomeGridController,
});
