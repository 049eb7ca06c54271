import {Component, onWillStart, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {download} from "@web/core/network/download";
import {KeepLast} from "@web/core/utils/concurrency";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {useSetupAction} from "@web/search/action_hook";
import {Layout} from "@web/search/layout";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

const RENDERER = "citeslab.bilan.renderer";

/** Whole number of a select, or false for its empty choice. */
function numberOf(ev) {
    return parseInt(ev.target.value) || false;
}

/**
 * The bilan on screen: the blocks of the printed one, where each figure opens
 * the records that it counted.
 */
export class BilanScreen extends Component {
    static template = "citeslab_reporting.BilanScreen";
    static components = {Layout};
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.display = {controlPanel: {}};
        this.state = useState({
            choices: null,
            bilan: null,
            isLoading: true,
            isWrongPeriod: false,
            params: this.props.state?.params || null,
        });
        useSetupAction({
            getLocalState: () => ({params: {...this.state.params}}),
        });
        onWillStart(() => this.start());
    }

    async start() {
        const choices = await this.orm.call(RENDERER, "choices", []);
        this.state.choices = {...choices, years: choices.years.map(String)};
        if (!this.state.params) {
            this.state.params = this.firstParams();
        }
        await this.load();
    }

    firstParams() {
        const {year, company_id} = this.state.choices;
        return {
            company_id,
            kind: String(year),
            date_from: `${year}-01-01`,
            date_to: `${year}-12-31`,
            territory_id: false,
            neighborhood_ids: [],
            communes: [],
        };
    }

    /** What the server is asked for: no state of the controls in it. */
    get request() {
        const {kind, ...request} = this.state.params;
        return request;
    }

    async load() {
        const {date_from, date_to} = this.state.params;
        this.state.isWrongPeriod = !date_from || !date_to || date_from > date_to;
        if (this.state.isWrongPeriod) {
            return;
        }
        this.state.isLoading = true;
        try {
            this.state.bilan = await this.keepLast.add(
                this.orm.call(RENDERER, "screen", [this.request])
            );
        } finally {
            this.state.isLoading = false;
        }
    }

    // Filters

    get territories() {
        return this.state.choices.territories.filter(
            (one) => one.company_id === this.state.params.company_id
        );
    }

    /** Quartiers of the chosen territory, else of the structure. */
    get neighborhoods() {
        const {company_id, territory_id} = this.state.params;
        return this.state.choices.neighborhoods.filter((one) =>
            territory_id
                ? one.territory_ids.includes(territory_id)
                : one.company_ids.includes(company_id)
        );
    }

    get communes() {
        const names = this.neighborhoods.map((one) => one.commune).filter(Boolean);
        return [...new Set(names)].sort();
    }

    change(values) {
        Object.assign(this.state.params, values);
        return this.load();
    }

    onCompany(ev) {
        return this.change({
            company_id: numberOf(ev),
            territory_id: false,
            neighborhood_ids: [],
            communes: [],
        });
    }

    onPeriod(ev) {
        const kind = ev.target.value;
        if (kind === "dates") {
            this.state.params.kind = kind;
            return;
        }
        return this.change({
            kind,
            date_from: `${kind}-01-01`,
            date_to: `${kind}-12-31`,
        });
    }

    onDate(name, ev) {
        return this.change({[name]: ev.target.value});
    }

    onTerritory(ev) {
        return this.change({
            territory_id: numberOf(ev),
            neighborhood_ids: [],
            communes: [],
        });
    }

    onCommune(ev) {
        const commune = ev.target.value;
        return this.change({communes: commune ? [commune] : []});
    }

    onNeighborhood(ev) {
        const id = numberOf(ev);
        return this.change({neighborhood_ids: id ? [id] : []});
    }

    // Drawing

    share(value, block) {
        return block.maximum ? (100 * (value || 0)) / block.maximum : 0;
    }

    openLabel(label) {
        return _t("Open the records counted in “%(label)s”", {label});
    }

    // Records and files

    async open(code, itemCode = false) {
        const action = await this.orm.call("citeslab.bilan", "action_open_records", [
            this.request,
            code,
            itemCode,
        ]);
        return this.action.doAction(action);
    }

    async print(format) {
        const {date_from, date_to, company_id, territory_id} = this.state.params;
        const data = {date_from, date_to, company_id};
        if (territory_id) {
            data.territory_id = territory_id;
        }
        for (const name of ["neighborhood_ids", "communes"]) {
            if (this.state.params[name].length) {
                data[name] = this.state.params[name].join(",");
            }
        }
        const close = this.notification.add(_t("The file is being made…"), {
            type: "info",
        });
        try {
            await download({url: `/citeslab/bilan/${format}`, data});
        } finally {
            close();
        }
    }
}

registry.category("actions").add("citeslab_bilan", BilanScreen);
