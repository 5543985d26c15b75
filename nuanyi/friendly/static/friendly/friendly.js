/* Rider-friendly places: the list is drawn from one kept file, the nearest first where somebody has been located in this tab;
   the form that says how a place really is. Both work without network. */
(() => {
    const element = (tag, parts = {}, ...children) => {
        const made = Object.assign(document.createElement(tag), parts);
        made.append(...children);
        return made;
    };
    const located = () => {
        try {
            return JSON.parse(sessionStorage.getItem("stations"))?.at || null;
        } catch {
            return null;
        }
    };
    /* {columns, places} from the network, else as it was kept; null where there is neither */
    const file = async (path) => {
        try {
            const answer = await fetch(path, { signal: AbortSignal.timeout(8000) });
            if (answer.ok) return await answer.json();
        } catch {
            /* what is kept, then */
        }
        const kept = await globalThis.caches?.match(path, { ignoreVary: true }).catch(() => null);
        return kept ? kept.json().catch(() => null) : null;
    };
    const rows = (told) =>
        told.places.map((values) => Object.fromEntries(told.columns.map((name, n) => [name, values[n]])));
    /* as the server writes days: 6月3日 周五, and the year where it is not this one */
    const dayWords = (iso) => {
        const day = new Date(`${iso}T00:00:00`),
            language = document.documentElement.lang || "zh-Hans",
            ofThisYear = day.getFullYear() === new Date().getFullYear();
        const say = (parts) => new Intl.DateTimeFormat(language, parts).format(day);
        if (!language.startsWith("zh"))
            return say({ day: "numeric", month: "short", ...(ofThisYear ? {} : { year: "numeric" }) });
        if (!ofThisYear) return say({ year: "numeric", month: "long", day: "numeric" });
        return `${say({ month: "long", day: "numeric" })} ${say({ weekday: "short" })}`;
    };
    const box = document.querySelector("#friendly");
    const begin = async () => {
        const words = box.dataset,
            form = box.querySelector("[data-ask]"),
            list = box.querySelector("[data-list]"),
            told = await file(words.file);
        if (!told) return;
        const all = rows(told),
            at = located();
        if (at) {
            for (const one of all) one.far = Rides.metres(one.lat, one.lon, at.lat, at.lon);
            all.sort((a, b) => a.far - b.far);
        } else all.sort((a, b) => a.name.localeCompare(b.name, "zh"));
        const said = (name, prefix) => words[prefix + name[0].toUpperCase() + name.slice(1)] || name;
        const away = (far) => Rides.far(far, words).join(" ");
        const facts = (one) => {
            const pairs = element("dl", { className: "pairs" });
            const add = (title, text) =>
                text &&
                pairs.append(element("dt", { textContent: title }), element("dd", { textContent: text }));
            add(words.atGate, one.gate_words);
            add(words.parking, one.parking);
            add(words.entrance, one.entrance);
            add(words.price, one.price);
            add(words.hours, one.hours);
            return pairs;
        };
        const button = (href, textContent, className = "button secondary") =>
            element("a", { href, textContent, className });
        const draw = (one) => {
            const gate = one.gate ? said(one.gate, "gate") : "";
            const line = element(
                "summary",
                {},
                element("b", { textContent: one.name }),
                " ",
                element("span", {
                    className: gate ? `gate ${one.gate}` : "quiet",
                    textContent: gate || said(one.kind, "kind"),
                }),
            );
            if (at) line.append(" ", element("span", { className: "far", textContent: away(one.far) }));
            const old = Date.now() - Date.parse(one.confirmed) > Number(words.oldDays) * 86400e3;
            const confirmed = (one.unit ? words.confirmed : words.confirmedAlone)
                .replace("#", dayWords(one.confirmed))
                .replace("%", one.unit);
            const more = element("p", { className: "pair" });
            more.append(Rides.link(Rides.ways(one.name, one.gcj_lat, one.gcj_lon), words.rideThere));
            if (one.call) more.append(button(`tel:${one.call}`, words.call));
            more.append(button(`/friendly/${one.code}/tell/`, words.wrong));
            const place = element("details", { className: "friendly", id: one.code }, line, facts(one));
            if (one.plan)
                place.append(
                    element("img", {
                        className: "photo",
                        src: `/friendly/${one.code}/plan.jpg`,
                        alt: words.plan,
                        loading: "lazy",
                    }),
                );
            place.append(
                element("p", {
                    className: "quiet",
                    textContent: [one.place_words, confirmed, old ? words.old : ""]
                        .filter(Boolean)
                        .join("\u00a0· "),
                }),
                more,
            );
            return place;
        };
        const show = () => {
            const wanted = form.elements.q.value.trim(),
                kind = form.elements.kind.value;
            const found = all.filter(
                (one) =>
                    (!kind || one.kind === kind) &&
                    (!wanted || [one.name, one.place_words, one.code].some((text) => text.includes(wanted))),
            );
            if (found.length || all.length)
                list.replaceChildren(
                    ...(found.length
                        ? found.slice(0, 100).map(draw)
                        : [element("p", { textContent: words.nothing })]),
                );
        };
        form.querySelector("[data-show]").classList.add("only-plain");
        form.addEventListener("submit", (event) => event.preventDefault());
        form.addEventListener("input", show);
        show();
        const asked = location.hash && document.getElementById(location.hash.slice(1));
        if (asked) {
            asked.open = true;
            asked.scrollIntoView();
        }
    };
    if (box) begin();

    const form = document.querySelector("form[data-tip]");
    if (!form) return;
    const where = form.querySelector("[data-where]"),
        here = form.querySelector("[data-here]");
    const tell = (text) => {
        where.textContent = text;
        where.hidden = false;
    };
    const set = (lat, lon, text) => {
        form.elements.lat.value = lat.toFixed(6);
        form.elements.lon.value = lon.toFixed(6);
        tell(text);
        form.dispatchEvent(new Event("change", { bubbles: true }));
    };
    if (here && navigator.geolocation && window.isSecureContext) {
        here.hidden = false;
        here.addEventListener("click", () =>
            navigator.geolocation.getCurrentPosition(
                ({ coords }) =>
                    set(
                        coords.latitude,
                        coords.longitude,
                        form.dataset.found.replace("#", String(Math.round(coords.accuracy))),
                    ),
                () => tell(form.dataset.none),
                { timeout: 15000, maximumAge: 60000, enableHighAccuracy: true },
            ),
        );
    }
    document.addEventListener("picked", (event) => set(event.detail.lat, event.detail.lng, form.dataset.set));
    /* the kept page knows of no place: what is known of it comes out of the kept file */
    const [, asked] = location.pathname.match(/^\/friendly\/(\w+)\/tell\/$/) || [];
    if (asked && !form.elements.code.value)
        file(form.dataset.file).then((told) => {
            const one = told && rows(told).find((place) => place.code === asked);
            if (!one) return;
            for (const [name, value] of Object.entries(one)) {
                const field = form.elements.namedItem(name);
                if (field && field.type !== "file" && !field.value) field.value = value;
            }
            form.elements.code.value = asked;
            form.elements.kind.value = one.kind;
        });
})();
