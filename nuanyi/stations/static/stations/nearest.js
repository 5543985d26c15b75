/* The first page: which station is open, near, and has what I need. With network the server answers; without it the phone does,
   from the one file that it keeps. Where somebody is stays in this tab and never stands in an address. */
(() => {
    const box = document.querySelector("#nearest");
    if (!box) return;
    const words = document.querySelector("[data-words]").dataset,
        form = box.querySelector("[data-ask]"),
        here = form.querySelector("[data-here]"),
        locates = "geolocation" in navigator && window.isSecureContext;
    const KEPT = 20 * 60e3, // ms: where somebody was is of use so long
        STALE = 120, // s: an older page came out of the phone and not from the network
        PATIENCE = 8000; // ms
    /* ten metres are near enough to find a door by; the phone reckons from the same place that the server is told */
    const round = (degrees) => Number(degrees.toFixed(4));
    const element = (tag, parts = {}, ...children) => {
        const made = Object.assign(document.createElement(tag), parts);
        made.append(...children);
        return made;
    };

    /* what was asked in this tab, so that the way back and a reload lose nothing */
    const remembered = () => {
        try {
            return JSON.parse(sessionStorage.getItem("stations")) || {};
        } catch {
            return {};
        }
    };
    const remember = (part) => {
        try {
            sessionStorage.setItem("stations", JSON.stringify({ ...remembered(), ...part }));
        } catch {
            /* for this page only */
        }
    };
    let at = null;
    const locatedAt = () => {
        const kept = remembered().at;
        return kept && Date.now() - kept.when < KEPT ? kept : null;
    };
    const chosen = () =>
        [...new FormData(form)].filter(([name, value]) => value && !["lat", "lon", "code"].includes(name));
    const question = () => {
        const all = new FormData(form);
        return {
            kinds: all.getAll("amenity"),
            stepFree: all.get("step_free") === "1",
            openOnly: Boolean(all.get("open")),
            region: at ? "" : all.get("place"),
            at,
        };
    };
    const moment = () => {
        const asked = form.elements.open.checked ? form.elements.open.value : "now";
        return asked === "now" ? Stations.minute() : Math.floor(Date.parse(`${asked}+08:00`) / 60e3);
    };

    const tell = (text) => {
        const place = box.querySelector("[data-told]");
        place.textContent = text;
        place.hidden = !text;
    };
    const sign = (name) => document.querySelector(`[data-sign=${name}] svg`).cloneNode(true);
    const state = (row) =>
        element(
            "span",
            { className: row.open && row.known ? "open" : "shut" },
            sign(row.open && row.known ? "open" : "shut"),
            Stations.state(row, moment(), words),
        );
    const kind = (name) => words[`kind${name[0].toUpperCase()}${name.slice(1)}`] || name;
    const grades = { three: words.gradeThree, two: words.gradeTwo, one: words.gradeOne };
    const hero = (row) => {
        const [number, unit] = Rides.far(row.metres, words);
        const line = element("span", { className: "best-state" }, state(row));
        if (row.kinds.includes("charging"))
            line.append(element("span", { className: "nowrap", textContent: words.sockets }));
        const ride = element("a", { className: "button", href: row.ways.amap, textContent: words.rideThere });
        Object.assign(ride.dataset, { ride: "", ...row.ways });
        return [
            element(
                "a",
                { className: "best", href: `/stations/${row.code}/` },
                element(
                    "span",
                    { className: "best-line" },
                    element("b", { textContent: `${number} ${unit}` }),
                ),
                element("span", { className: "best-name", textContent: row.name }),
                line,
                element("span", {
                    className: "quiet",
                    textContent: Stations.minutes(row, words),
                }),
            ),
            ride,
        ];
    };
    const line = (row) => {
        const link = element(
            "a",
            { href: `/stations/${row.code}/` },
            element("span", { className: "name", textContent: row.name }),
        );
        if (row.metres !== null) {
            const [number, unit] = Rides.far(row.metres, words);
            link.append(
                element("span", { className: "far" }, element("b", { textContent: number }), ` ${unit}`),
            );
        }
        link.append(
            element("span", { className: "state" }, state(row)),
            element(
                "span",
                { className: "has" },
                ...row.kinds.map((name) => element("span", { textContent: kind(name) })),
            ),
        );
        const grade = grades[row.grade];
        if (row.owners)
            link.append(
                element("span", {
                    className: "owner",
                    textContent: [grade, row.owners].filter(Boolean).join("\u00a0· "),
                }),
            );
        return element("li", {}, link);
    };
    /* the phone's own answer */
    const local = async (number) => {
        const file = await Stations.file();
        if (number !== asking) return;
        if (!file) {
            tell(words.nothingKept);
            box.querySelector("[data-best]").replaceChildren();
            box.querySelector("[data-list]").replaceChildren();
            return;
        }
        const rows = Stations.look(file, question(), moment()),
            later = form.elements.open.checked && form.elements.open.value !== "now",
            best =
                at && rows.find((row) => (later ? row.open && row.known : Stations.reached(row, moment())));
        box.querySelector("[data-best]").replaceChildren(
            ...(best
                ? hero(best)
                : [
                      element("p", {
                          className: "quiet",
                          textContent: at ? words.noneOpen : words.where,
                      }),
                  ]),
        );
        box.querySelector("[data-list]").replaceChildren(
            rows.length
                ? element("ul", { className: "stations", id: "rows" }, ...rows.map(line))
                : element("p", { textContent: words.nothing }),
        );
        const made = new Intl.DateTimeFormat(document.documentElement.lang, {
            timeZone: "Asia/Shanghai",
            month: "long",
            day: "numeric",
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
        }).format(file.made_at * 1e3);
        tell(words.kept.replace("#", made));
        ready();
    };

    let asking = 0;
    const ask = async () => {
        asking += 1;
        const number = asking;
        remember({ chosen: chosen() });
        if (!navigator.onLine) {
            await local(number);
            return;
        }
        try {
            /** @type {any[][]} */
            const query = [...chosen(), ["part", "rows"]];
            if (at) query.push(["lat", at.lat.toFixed(4)], ["lon", at.lon.toFixed(4)]);
            const answer = await fetch(`/?${new URLSearchParams(query)}`, {
                credentials: "same-origin",
                signal: AbortSignal.timeout(PATIENCE),
            });
            if (!answer.ok) throw new Error(String(answer.status));
            const parts = new DOMParser().parseFromString(await answer.text(), "text/html");
            if (number !== asking) return;
            for (const part of ["[data-best]", "[data-list]"])
                box.querySelector(part).replaceWith(parts.querySelector(part));
            const wrong = parts.querySelector(".note:not([data-told]):not([data-best] *)");
            tell(wrong ? wrong.textContent.trim() : "");
            ready();
        } catch {
            await local(number);
        }
    };
    /* how many would be left, at each choice; and which map app to open */
    const ready = async () => {
        Rides.use(box);
        here.classList.toggle("secondary", Boolean(at));
        here.querySelector("span").textContent = at ? words.again : here.dataset.words;
        const file = await Stations.file();
        if (!file) return;
        const left = Stations.counts(file, question(), moment());
        for (const tick of form.querySelectorAll("[name=amenity], [name=open], [name=step_free]")) {
            const small = tick.nextElementSibling.querySelector("small");
            if (!small) continue;
            const number = left[tick.name === "amenity" ? tick.value : tick.name];
            small.textContent = String(number);
            tick.parentElement.classList.toggle("none", !number && !tick.checked);
        }
    };
    /* where the rider stands, to the map that he opened, maybe before the phone knew */
    const standing = () => {
        const place = document.querySelector("#stations-map");
        if (!at || place.hidden) return;
        Object.assign(place.dataset, { meLat: at.lat, meLon: at.lon });
        place.dispatchEvent(new Event("located"));
    };
    const locate = (quiet) => {
        if (!quiet) tell(words.looking);
        navigator.geolocation.getCurrentPosition(
            ({ coords }) => {
                at = { lat: round(coords.latitude), lon: round(coords.longitude) };
                standing();
                form.elements.place.value = "";
                remember({ at: { ...at, when: Date.now() } });
                ask();
            },
            () => {
                if (quiet) return;
                tell(words.refused);
                form.querySelector("details").open = true;
                form.elements.place.focus();
            },
            { timeout: 10000, maximumAge: 60000, enableHighAccuracy: false },
        );
    };

    here.dataset.words = here.querySelector("span").textContent;
    if (locates) {
        here.classList.remove("awaits");
        here.addEventListener("click", () => locate(false));
    } else here.hidden = true;
    form.querySelector("[data-show]").classList.add("only-plain");
    form.addEventListener("submit", (event) => {
        if (form.elements.code.value) return;
        event.preventDefault();
        ask();
    });
    form.addEventListener("change", (event) => {
        if (event.target.id === "code") return;
        if (event.target.id === "at") {
            form.elements.open.checked = true;
            form.elements.open.value = event.target.value || "now";
        }
        if (event.target.id === "place" && event.target.value) {
            at = null;
            remember({ at: null });
        }
        ask();
    });
    const map = document.querySelector("[data-map-button]");
    map.hidden = false;
    map.addEventListener("click", () => {
        const place = document.querySelector("#stations-map");
        map.hidden = true;
        place.hidden = false;
        standing();
        const draw = () => {
            globalThis.drawMap(place);
            place.scrollIntoView({ block: "center" });
        };
        if (globalThis.drawMap) draw();
        else document.head.append(element("script", { src: map.dataset.script, onload: draw }));
    });

    /* a page with a question in its address is taken as it came */
    const begin = async () => {
        const bare = !location.search,
            kept = remembered();
        if (bare && kept.chosen)
            for (const [name, value] of kept.chosen) {
                const fields = [...form.elements].filter((field) => field.name === name);
                for (const field of fields)
                    if (field.type !== "checkbox") field.value = value;
                    else if (field.value === value) field.checked = true;
            }
        const asked = form.elements;
        if (asked.lat.value) at = { lat: round(+asked.lat.value), lon: round(+asked.lon.value) };
        else if (!asked.place.value) at = locatedAt();
        const stale = Date.now() / 1e3 - Number(box.dataset.made) > STALE;
        if (stale || !navigator.onLine) await local(asking);
        if (stale || (bare && (at || chosen().length))) await ask();
        else await ready();
        if (!bare || !locates || at || asked.place.value) return;
        const may = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
        if (may?.state === "granted") locate(true);
    };
    begin();
    addEventListener("online", ask);
    /* the clock goes on without network too */
    setInterval(() => {
        if (!navigator.onLine && !document.hidden) local(asking);
    }, 60e3);
})();
