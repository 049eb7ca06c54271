import {download} from "@web/core/network/download";
import {registry} from "@web/core/registry";
import {session} from "@web/session";
import {user} from "@web/core/user";
import {getReportUrl} from "@web/webclient/actions/reports/utils";

/**
 * Our papers are printed by the server itself where it can: the client does not look
 * for the engine of the host, without which it would show a web page.
 *
 * @returns {Promise<Boolean>} whether the paper was downloaded
 */
async function printOurs(action, options, env) {
    const isOurs = (action.report_name || "").startsWith("citeslab_");
    if (!isOurs || action.report_type !== "qweb-pdf" || !session.citeslab_prints) {
        return false;
    }
    env.services.ui.block();
    try {
        const url = getReportUrl(action, "pdf", user.context);
        const data = JSON.stringify([url, action.report_type]);
        const context = JSON.stringify(user.context);
        await download({url: "/report/download", data: {data, context}});
    } finally {
        env.services.ui.unblock();
    }
    if (action.close_on_report_download) {
        const close = {type: "ir.actions.act_window_close"};
        await env.services.action.doAction(close, {onClose: options.onClose});
    } else if (options.onClose) {
        options.onClose();
    }
    return true;
}

registry.category("ir.actions.report handlers").add("citeslab_print", printOurs);
