import {registry} from "@web/core/registry";

/** Choose a year, read a figure, open what it counted, come back to the year. */
registry.category("web_tour.tours").add("citeslab_bilan_screen", {
    steps: () => [
        {
            content: "choose 2023",
            trigger: "select[name=period]",
            run: "select 2023",
        },
        {
            content: "one person was accompanied: open them",
            trigger:
                ".o_citeslab_bilan_tile[data-code=persons_accompanied]:contains(1)",
            run: "click",
        },
        {
            content: "one row is listed",
            trigger: ".o_list_view .o_data_row",
        },
        {
            content: "back to the bilan",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a",
            run: "click",
        },
        {
            content: "still 2023",
            trigger: "select[name=period]:value(2023)",
        },
        {
            content: "open a row of a distribution",
            trigger: "article[data-code=gender] button[data-item]",
            run: "click",
        },
        {
            content: "its records are listed",
            trigger: ".o_list_view .o_data_row",
        },
    ],
});
