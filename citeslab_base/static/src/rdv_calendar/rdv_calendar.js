import {CalendarCommonRenderer} from "@web/views/calendar/calendar_common/calendar_common_renderer";
import {CalendarRenderer} from "@web/views/calendar/calendar_renderer";
import {calendarView} from "@web/views/calendar/calendar_view";
import {registry} from "@web/core/registry";

// A quarter of an hour has the height of one line, in pixels, as the style sheet
// draws the hours; RDV of two chefs at one time stand side by side.
const ONE_LINE = 22;
const FIRST_HOUR = "08:00:00";

/** Hour and person on one line: a short RDV is read without opening it. */
export class RdvCalendarCommonRenderer extends CalendarCommonRenderer {
    static eventTemplate = "citeslab_base.RdvCalendar.event";

    get options() {
        return {
            ...super.options,
            eventMinHeight: ONE_LINE,
            scrollTime: FIRST_HOUR,
            viewClassNames: "o_citeslab_rdv_view",
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
