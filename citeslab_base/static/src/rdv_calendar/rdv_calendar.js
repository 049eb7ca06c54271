import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";

// A RDV of a quarter of an hour keeps the height of one line, in pixels; the next
// one stands beside it rather than on it.
const ONE_LINE = 22;

/** Hour and person on one line: a short RDV is read without opening it. */
export class RdvCalendarCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "citeslab_base.RdvCalendar.event";

    get options() {
        return {
            ...super.options,
            eventMinHeight: ONE_LINE,
            slotEventOverlap: false,
        };
    }
}

export class RdvCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: RdvCalendarCommonRenderer,
        week: RdvCalendarCommonRenderer,
        month: RdvCalendarCommonRenderer,
    };
}

registry.category("views").add("citeslab_rdv_calendar", {
    ...calendarView,
    Renderer: RdvCalendarRenderer,
});
