import {Component, onWillStart, useState} from "@odoo/owl";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const MODEL = "citeslab.pilotage";

/** The year under way: objectives and their pace, two years before, delays. */
export class PilotageScreen extends Component {
    static template = "citeslab_reporting.PilotageScreen";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.display = {controlPanel: {}};
        this.state = useState({
            board: null,
            choices: null,
            isLoading: true,
            params: null,
            opened: {},
        });
        onWillStart(() => this.start());
    }

    async start() {
        const choices = await this.orm.call("citeslab.bilan.renderer", "choices", []);
        this.state.choices = choices;
        this.state.params = {
            company_id: choices.company_id,
            territory_id: false,
            year: Math.max(...choices.years) - 1,
        };
        await this.load();
    }

    async load() {
        this.state.isLoading = true;
        try {
            this.state.board = await this.keepLast.add(
                this.orm.call(MODEL, "board", [this.state.params])
            );
        } finally {
            this.state.isLoading = false;
        }
    }

    get territories() {
        return this.state.choices.territories.filter(
            (one) => one.company_id === this.state.params.company_id
        );
    }

    change(name, ev) {
        this.state.params[name] = parseInt(ev.target.value) || false;
        if (name === "company_id") {
            this.state.params.territory_id = false;
        }
        return this.load();
    }

    /** Width of the bar: what goes beyond the objective stays inside its frame. */
    width(gauge) {
        return Math.min(gauge.reached || 0, 100);
    }

    toggle(code) {
        this.state.opened[code] = !this.state.opened[code];
    }

    async open(gauge) {
        const {company_id, territory_id, year} = this.state.params;
        const params = {
            company_id,
            date_from: `${year}-01-01`,
            date_to: `${year}-12-31`,
        };
        if (territory_id) {
            params.territory_id = territory_id;
        }
        const action = await this.orm.call("citeslab.bilan", "action_open_records", [
            params,
            gauge.code,
            gauge.item_code || false,
        ]);
        return this.action.doAction(action);
    }

    openDelays() {
        return this.action.doAction("citeslab_reporting.citeslab_fact_delay_action");
    }

    async prepare() {
        const action = await this.orm.call(MODEL, "prepare_objectives", [
            this.state.params,
        ]);
        return this.action.doAction(action);
    }

    async toggleDigest() {
        this.state.board.is_subscribed = await this.orm.call(
            MODEL,
            "toggle_digest",
            []
        );
    }
}

registry.category("actions").add("citeslab_pilotage", PilotageScreen);
