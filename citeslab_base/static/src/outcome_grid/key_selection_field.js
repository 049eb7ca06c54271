import {
    SelectionField,
    selectionField,
} from "@web/views/fields/selection/selection_field";
import {registry} from "@web/core/registry";

/**
 * Choices of the browser itself: the first letters choose, Enter goes to the next
 * line. The host's menu loses in a list what is chosen with Enter.
 */
export class KeySelectionField extends SelectionField {
    static template = "citeslab_base.KeySelectionField";

    onSelected(ev) {
        const value = JSON.parse(ev.target.value);
        this.onChange(value === false ? null : value);
    }
}

registry.category("fields").add("citeslab_key_selection", {
    ...selectionField,
    component: KeySelectionField,
});
