/*
 * Phone page: what is typed waits in this browser under a number of its own (nonce)
 * until the server says that it has it. Text is only ever shown as text.
 */
(() => {
    "use strict";

    const ADDRESS = "/citeslab/capture";
    const LOGIN = `/web/login?redirect=${ADDRESS}`;
    const PREFIX = "citeslab.capture.";
    const PLACE = "citeslab.place";
    const DRAFT = "citeslab.draft";
    const TYPED = ["name", "line", "phone"];
    const TYPING_DELAY = 300;
    const RETRY_DELAY = 15000;
    const BATCH = 50;

    const config = JSON.parse(document.body.dataset.config);
    const words = config.words;
    const byId = (id) => document.getElementById(id);
    const chosen = {area: null, countArea: null, gender: null, band: null};
    const tally = {count: 0, last: null};
    let toldNonce = null;
    let corrected = null;
    let isSending = false;
    let isLoggedOut = false;

    // ---------------------------------------------------------------- waiting

    /** Number that makes of a capture sent twice the same capture. */
    function newNonce() {
        if (window.crypto.randomUUID) {
            return window.crypto.randomUUID();
        }
        const numbers = window.crypto.getRandomValues(new Uint32Array(6));
        return [...numbers].map((n) => n.toString(16).padStart(8, "0")).join("-");
    }

    /** Everything that waits here, the oldest first. */
    function waiting() {
        const entries = [];
        for (const key of Object.keys(localStorage)) {
            if (key.startsWith(PREFIX)) {
                try {
                    entries.push(JSON.parse(localStorage.getItem(key)));
                } catch {
                    localStorage.removeItem(key);
                }
            }
        }
        return entries.sort((one, other) => one.at - other.at);
    }

    function store(entry) {
        localStorage.setItem(PREFIX + entry.nonce, JSON.stringify(entry));
    }

    function forget(nonce) {
        localStorage.removeItem(PREFIX + nonce);
    }

    const mine = (entry) => entry.user === config.user;
    const toSend = () => waiting().filter((entry) => mine(entry) && !entry.refused);

    /** Day of this phone, as the server reads it. */
    function today() {
        const now = new Date();
        const parts = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
        return parts.map((part) => String(part).padStart(2, "0")).join("-");
    }

    function newEntry(values) {
        return {
            nonce: newNonce(),
            at: Date.now(),
            user: config.user,
            company: config.company,
            date: today(),
            place: byId("place").value.trim(),
            ...values,
        };
    }

    /** Keep an entry here first, then send: a lost answer loses nothing. */
    function capture(values) {
        const entry = newEntry(values);
        try {
            store(entry);
        } catch {
            tell(words.full);
            return null;
        }
        show();
        send();
        return entry;
    }

    // ---------------------------------------------------------------- sending

    async function ask(path, values) {
        const state = await fetch(`${ADDRESS}/state`, {cache: "no-store"});
        isLoggedOut = state.redirected || !state.ok;
        if (isLoggedOut) {
            throw new Error("logged out");
        }
        const {user, token} = await state.json();
        if (user !== config.user) {
            window.location.reload();
            throw new Error("another user");
        }
        const answer = await fetch(ADDRESS + path, {
            method: "POST",
            body: new URLSearchParams({csrf_token: token, ...values}),
        });
        if (!answer.ok) {
            throw new Error(`status ${answer.status}`);
        }
        return answer.json();
    }

    async function send() {
        const entries = toSend().slice(0, BATCH);
        if (isSending || !entries.length || !navigator.onLine) {
            show();
            return;
        }
        isSending = true;
        let isDone = false;
        try {
            const answers = await ask("/send", {entries: JSON.stringify(entries)});
            const kept = new Map(entries.map((entry) => [entry.nonce, entry]));
            for (const {nonce, state, message} of answers) {
                const entry = kept.get(nonce);
                if (entry && state === "refused") {
                    store({...entry, refused: message});
                    told(nonce, "");
                } else if (entry) {
                    forget(nonce);
                    told(nonce, `${entry.name} – ${message || words.sent}`);
                }
            }
            isDone = true;
        } catch {
            // what was not received stays here: tried again later
        } finally {
            isSending = false;
            show();
        }
        if (isDone && toSend().length) {
            await send();
        }
    }

    // ---------------------------------------------------------------- showing

    function element(tag, text, className) {
        const node = document.createElement(tag);
        node.textContent = text;
        node.className = className || "";
        return node;
    }

    function tell(text) {
        byId("message").textContent = text;
    }

    /** What became of the capture that is told of, once the server has answered. */
    function told(nonce, text) {
        if (nonce === toldNonce) {
            tell(text);
        }
    }

    function show() {
        const all = waiting();
        const mineWaiting = all.filter((entry) => mine(entry) && !entry.refused);
        const others = all.filter((entry) => !mine(entry));
        showNetwork();
        document.body.classList.toggle("offline", !navigator.onLine || isLoggedOut);
        const told = [];
        if (mineWaiting.length) {
            told.push(words.waiting + mineWaiting.length);
        }
        if (others.length) {
            told.push(words.other + others.length);
        }
        byId("queue").textContent = told.join(" · ");
        byId("queue").dataset.count = mineWaiting.length;
        showRefused(all.filter((entry) => mine(entry) && entry.refused));
    }

    /** How things stand; whose session is over comes back here by a link. */
    function showNetwork() {
        const online = navigator.onLine ? words.online : words.offline;
        const text = isLoggedOut ? words.login : online;
        if (byId("network").textContent === text) {
            return; // a link that is being tapped stays
        }
        const node = element(isLoggedOut ? "a" : "span", text);
        if (isLoggedOut) {
            node.href = LOGIN;
        }
        byId("network").replaceChildren(node);
    }

    function showRefused(entries) {
        const shown = byId("refused").children.length;
        const lines = entries.map((entry) => {
            const line = element("li", "");
            const label = entry.name || entry.place || words.today;
            line.append(element("strong", label));
            line.append(element("span", ` ${words.refused}${entry.refused}`));
            const correct = element("button", words.correct);
            correct.addEventListener("click", () => takeBack(entry));
            const drop = element("button", words.forget);
            drop.addEventListener("click", () => {
                forget(entry.nonce);
                show();
            });
            line.append(...(entry.kind === "person" ? [correct, drop] : [drop]));
            return line;
        });
        byId("refused").replaceChildren(...lines);
        if (lines.length > shown) {
            window.scrollTo(0, 0); // one more: its reason is at the top
        }
    }

    /** Put a refused capture back into the form. */
    function takeBack(entry) {
        for (const name of ["place", ...TYPED]) {
            byId(name).value = entry[name] || "";
        }
        byId("already").checked = Boolean(entry.already);
        corrected = entry.nonce; // it stays here until it is kept again
        choose("area", entry.area);
        choose("gender", entry.gender);
        choose("band", entry.age_band);
        openTab("person");
        show();
    }

    function choose(key, value) {
        chosen[key] = value || null;
        for (const chip of document.querySelectorAll(`[data-choice="${key}"]`)) {
            const isOn = chosen[key] !== null && chip.value === String(chosen[key]);
            chip.setAttribute("aria-pressed", isOn);
        }
    }

    function addChips(box, key, choices) {
        for (const [value, label] of choices) {
            const chip = element("button", label);
            chip.type = "button";
            chip.value = value;
            chip.dataset.choice = key;
            chip.setAttribute("aria-pressed", "false");
            chip.addEventListener("click", () => {
                choose(key, chosen[key] === value ? null : value);
                look();
            });
            box.append(chip);
        }
    }

    function openTab(name) {
        for (const tab of ["person", "count"]) {
            byId(tab).hidden = tab !== name;
            byId(`tab-${tab}`).setAttribute("aria-selected", tab === name);
        }
    }

    // ---------------------------------------------------------------- a person

    let typing = null;
    let question = 0;

    /** Ask, a moment after the last key, who may be known already. */
    function look() {
        window.clearTimeout(typing);
        typing = window.setTimeout(lookNow, TYPING_DELAY);
    }

    async function lookNow() {
        const number = ++question;
        const name = byId("name").value.trim();
        const phone = byId("phone").value.trim();
        if ((name.length < 2 && phone.length < 6) || !navigator.onLine) {
            showAlike({people: [], to_check: false});
            return;
        }
        try {
            const told = JSON.stringify({name, phone, area: chosen.area});
            const found = await ask("/alike", {told});
            if (number === question) {
                showAlike(found);
            }
        } catch {
            showAlike({people: [], to_check: false});
        }
    }

    /** Of two people with one name and one phone, the second has a file of his own. */
    function otherTick() {
        const tick = element("label", "", "tick");
        const box = element("input", "");
        box.type = "checkbox";
        box.id = "other";
        box.checked = Boolean(byId("other")?.checked);
        tick.append(box, element("span", words.another));
        return tick;
    }

    function showAlike(found) {
        const lines = [];
        if (found.to_check) {
            lines.push(element("p", words.check, "check"));
        }
        if (found.people.length) {
            lines.push(element("p", words.maybe));
        }
        for (const person of found.people) {
            const line = element("p", "", "known");
            line.append(element("strong", person.name));
            const why = [person.area, person.why].filter(Boolean).join(", ");
            line.append(element("span", why ? ` (${why}) ` : " "));
            if (person.parcours_id) {
                const link = element("a", words.open);
                link.href = person.url;
                line.append(link);
            }
            lines.push(line);
        }
        if (lines.length) {
            lines.push(otherTick());
        }
        byId("alike").replaceChildren(...lines);
    }

    /** What is being typed survives the back button, in this tab only. */
    function keepDraft() {
        const typed = TYPED.map((name) => [name, byId(name).value]);
        const draft = {user: config.user, ...Object.fromEntries(typed)};
        sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    }

    function findDraft() {
        const draft = JSON.parse(sessionStorage.getItem(DRAFT) || "{}");
        for (const name of draft.user === config.user ? TYPED : []) {
            byId(name).value = draft[name] || "";
        }
        keepDraft(); // that of somebody else does not stay
    }

    function clearForm() {
        question++;
        window.clearTimeout(typing);
        for (const name of TYPED) {
            byId(name).value = "";
        }
        keepDraft();
        byId("already").checked = false;
        showAlike({people: [], to_check: false});
        choose("gender", null);
        choose("band", null);
    }

    let keptAt = -Infinity;

    byId("person").addEventListener("submit", (event) => {
        event.preventDefault();
        const name = byId("name").value.trim();
        if (!name && event.timeStamp - keptAt < 1000) {
            return; // a double tap: what it kept stays told
        }
        if (!name) {
            tell(words.nameless);
            byId("name").focus();
            return;
        }
        const entry = capture({
            kind: "person",
            name,
            line: byId("line").value.trim(),
            phone: byId("phone").value.trim(),
            area: chosen.area,
            gender: chosen.gender,
            age_band: chosen.band,
            already: byId("already").checked,
            other: Boolean(byId("other")?.checked),
        });
        if (entry) {
            keptAt = event.timeStamp;
            if (corrected) {
                forget(corrected);
                corrected = null;
                show();
            }
            clearForm();
            toldNonce = entry.nonce;
            tell(`${name} – ${words.kept}`);
            byId("name").focus();
        }
    });

    // The key of a phone's keyboard that says "next" goes on, it does not keep.
    byId("name").addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.isComposing) {
            event.preventDefault();
            byId("line").focus();
        }
    });

    // ---------------------------------------------------------------- counting

    function showTally() {
        byId("tally").textContent = words.today + tally.count;
        byId("undo").disabled = !tally.last;
    }

    function tap(gender, band, button) {
        const values = {
            kind: "count",
            count: 1,
            gender,
            age_band: band,
            area: chosen.countArea,
        };
        const entry = capture(values);
        if (entry) {
            tally.count++;
            tally.last = {values, entry, button};
            button.dataset.count = Number(button.dataset.count || 0) + 1;
            showTally();
        }
    }

    /** Take the last tap back: here if it still waits, else by its opposite. */
    function undo() {
        const {values, entry, button} = tally.last;
        if (!isSending && localStorage.getItem(PREFIX + entry.nonce)) {
            forget(entry.nonce);
        } else {
            capture({...values, place: entry.place, date: entry.date, count: -1});
        }
        tally.count--;
        tally.last = null;
        button.dataset.count = Number(button.dataset.count) - 1;
        showTally();
        show();
    }

    function addTaps() {
        for (const [band, label] of config.bands) {
            for (const gender of ["female", "male"]) {
                const button = element("button", label);
                button.type = "button";
                button.dataset.tap = `${gender}:${band}`;
                button.addEventListener("click", () => tap(gender, band, button));
                byId("taps").append(button);
            }
        }
    }

    // ---------------------------------------------------------------- start

    addChips(byId("areas"), "area", config.areas);
    addChips(byId("count-areas"), "countArea", config.areas);
    addChips(byId("bands"), "band", config.bands);
    addTaps();
    for (const chip of document.querySelectorAll("[data-gender]")) {
        chip.value = chip.dataset.gender;
        chip.dataset.choice = "gender";
        chip.addEventListener("click", () => {
            choose("gender", chosen.gender === chip.value ? null : chip.value);
        });
    }
    for (const place of config.places) {
        const option = document.createElement("option");
        option.value = place;
        byId("places").append(option);
    }
    const remembered = (localStorage.getItem(PLACE) || "").split("|");
    if (remembered[0] === today()) {
        byId("place").value = remembered.slice(1).join("|");
    }
    byId("place").addEventListener("change", () => {
        localStorage.setItem(PLACE, `${today()}|${byId("place").value.trim()}`);
    });
    for (const tab of ["person", "count"]) {
        byId(`tab-${tab}`).addEventListener("click", () => openTab(tab));
        if (window.location.hash === `#${tab}`) {
            openTab(tab); // asked for by the first screen
            window.scrollTo(0, 0);
        }
    }
    byId("person").addEventListener("input", keepDraft);
    findDraft();
    look();
    byId("name").addEventListener("input", look);
    byId("phone").addEventListener("input", look);
    byId("undo").addEventListener("click", undo);
    window.addEventListener("online", send);
    window.addEventListener("offline", show);
    window.setInterval(send, RETRY_DELAY);
    if ("serviceWorker" in navigator) {
        navigator.serviceWorker.register(`${ADDRESS}/sw.js`, {scope: ADDRESS});
    }
    showTally();
    show();
    send();
})();
