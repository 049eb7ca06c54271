import {
    Component,
    onMounted,
    onWillUnmount,
    onWillUpdateProps,
    useRef,
    useState,
} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {debounce} from "@web/core/utils/timing";
import {registry} from "@web/core/registry";
import {standardWidgetProps} from "@web/views/widgets/standard_widget_props";
import {useService} from "@web/core/utils/hooks";

const TYPED = {name: "contact_name", phone: "phone", email: "email_from"};
const DELAY = 300;

/**
 * Under the form of a new parcours: who may be the person that is being typed,
 * shown before the form is complete.
 */
export class LookAlike extends Component {
    static template = "citeslab_base.LookAlike";
    static props = {...standardWidgetProps};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.root = useRef("root");
        this.keepLast = new KeepLast();
        this.state = useState({people: [], toCheck: false});
        this.look = debounce(() => this.lookNow(), DELAY);
        this.onInput = () => this.look();
        onMounted(() => {
            this.form = this.root.el.closest(".o_form_renderer");
            this.form?.addEventListener("input", this.onInput);
        });
        onWillUpdateProps((next) => {
            if (next.record.id !== this.props.record.id) {
                this.forget(); // the quick form goes on with the next person
            }
        });
        onWillUnmount(() => {
            this.form?.removeEventListener("input", this.onInput);
            this.look.cancel();
        });
    }

    /** What stands in the fields now, kept or not. */
    get typed() {
        const told = {area: this.props.record.data.person_neighborhood_id?.id || false};
        for (const [key, name] of Object.entries(TYPED)) {
            const input = this.form?.querySelector(`[name="${name}"] input`);
            told[key] = input?.value.trim() || "";
        }
        return told;
    }

    async lookNow() {
        const told = this.typed;
        if (told.name.length < 2 && told.phone.length < 6 && !told.email) {
            this.forget();
            return;
        }
        const found = await this.keepLast.add(
            this.orm.silent.call("res.partner", "citeslab_look_alike", [told])
        );
        this.state.people = found.people;
        this.state.toCheck = found.to_check;
    }

    /** Nobody is looked up any more, nor told of when a late answer comes. */
    forget() {
        this.look.cancel();
        this.keepLast.add(Promise.resolve());
        this.state.people = [];
        this.state.toCheck = false;
    }

    /** Leave the form for the parcours of somebody known. */
    open(person) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: person.parcours_id,
            views: [[false, "form"]],
        });
    }

    /** A new project of somebody known: no second file of the same person. */
    async use(person) {
        await this.props.record.update({
            partner_id: {id: person.id, display_name: person.name},
        });
        this.state.people = [];
    }
}

registry.category("view_widgets").add("citeslab_look_alike", {component: LookAlike});
