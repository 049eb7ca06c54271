import {Component, onWillStart, useState} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";
import {standardActionServiceProps} from "@web/webclient/actions/action_service";

/**
 * First screen of a volunteer: capture somebody, count people, the day. The phone page
 * does the two first, with or without network.
 */
export class Home extends Component {
    static template = "citeslab_base.Home";
    static props = {...standardActionServiceProps};

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.state = useState({date: "", items: []});
        onWillStart(async () => {
            Object.assign(
                this.state,
                await this.orm.call("citeslab.day", "citeslab_today", [])
            );
        });
    }

    openMeetings() {
        return this.action.doAction("citeslab_base.citeslab_interview_action");
    }

    open(item) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: item.res_model,
            res_id: item.res_id,
            views: [[false, "form"]],
        });
    }
}

registry.category("actions").add("citeslab_home", Home);
